export default [
  {
    languageOptions: { sourceType: "module", globals: { console: "readonly", fetch: "readonly", setTimeout: "readonly" } },
    rules: { "array-callback-return": "error" },
  },
];
