// Rules of the console: the strictest typed set, and the walls between its folders.
import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

// eslint-disable-next-line no-restricted-exports -- ESLint asks for a default export.
export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/operations"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  hooks.configs.flat["recommended-latest"],
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-exports": [
        "error",
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text is never markup." },
      ],
      // What may be left out of an answer counts here with every ?? and ?., unlike in Python.
      complexity: ["error", 14],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "max-depth": ["error", 3],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/array-type": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ["src/canvas/**", "src/manifest/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["react", "react-*", "@cloudscape-design/*", "**/{api,features,i18n,ui}/**"],
              message: "Canvas and manifest stand alone.",
            },
          ],
        },
      ],
    },
  },
  // A tool is one table of states and events; cut up, it is read worse.
  { files: ["src/canvas/tools/**"], rules: { complexity: ["error", 16] } },
  // One line a sentence of the server.
  { files: ["src/sentences/messages/**"], rules: { "max-lines": "off" } },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
