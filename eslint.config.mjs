import tseslint from "typescript-eslint";

/** Calls of node:test return promises that the runner itself awaits. */
const testCalls = {
  from: "package",
  package: "node:test",
  name: ["after", "afterEach", "before", "beforeEach", "describe", "it", "suite", "test"],
};

/** What the conventions forbid and no ready-made rule covers. */
const forbiddenSyntax = [
  { selector: "TSAsExpression > TSAsExpression > TSUnknownKeyword", message: "`as unknown as` hides a wrong type: mend the type." },
  { selector: "CallExpression[callee.property.name='skip']", message: "A skipped test proves nothing: mend it or remove it." },
  { selector: "CallExpression[callee.property.name='only']", message: "`only` leaves the other tests out." },
  {
    selector: "ImportDeclaration[source.value=/^[.].*[.](js|ts)$/]",
    message: "Relative imports have no extension: schema inference cannot follow one.",
  },
];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "docs/reference/**", "bench/results/**", "tools/engine/**"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", { max: 400 }],
      "no-restricted-syntax": ["error", ...forbiddenSyntax],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"] }],
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": true, "ts-ignore": true, "ts-nocheck": true, "ts-check": true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: [testCalls] }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // A Pulumi resource is made for what it does, not for the object.
      "no-new": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      // Numbers read well in templates; outputs, objects and undefined values stay forbidden there.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => log(line)` is how callbacks are written here.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // An empty environment variable counts as absent.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true }, ignoreTernaryTests: true }],
      "@typescript-eslint/dot-notation": "off",
      // What users give is compared with enums while it is still text; who reads JSON names the type that the reader promises.
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // An async function that happens not to wait keeps its promise; variables of the environment are removed by name.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
      // A handler that names Error says what its caller rejects with.
      "@typescript-eslint/use-unknown-in-catch-callback-variable": "off",
      // With noUncheckedIndexedAccess a check against undefined is seldom idle, and arguments of JavaScript callers hold anything.
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
  {
    files: ["**/*.mjs", "**/*.cjs", "**/*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", require: "readonly", module: "writable", URL: "readonly" } },
    rules: {
      eqeqeq: "error",
      "no-undef": "error",
      "no-unused-vars": "error",
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"] }],
    },
  },
);
