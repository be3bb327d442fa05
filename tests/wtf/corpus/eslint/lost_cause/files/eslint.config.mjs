export default [
  {
    languageOptions: { sourceType: "module", globals: { console: "readonly", fetch: "readonly", setTimeout: "readonly" } },
    rules: { "preserve-caught-error": "error" },
  },
];
