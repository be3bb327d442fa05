export default [
  {
    languageOptions: { sourceType: "module", globals: { console: "readonly", fetch: "readonly", setTimeout: "readonly" } },
    rules: { "require-atomic-updates": "error" },
  },
];
