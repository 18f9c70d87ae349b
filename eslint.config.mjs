import js from '@eslint/js';
import globals from 'globals';
import tsdoc from 'eslint-plugin-tsdoc';
import tseslint from 'typescript-eslint';

const focusedOrSkippedTests = [
  {
    selector:
      'CallExpression[callee.object.name=/^(describe|it|test)$/][callee.property.name=/^(only|skip|todo)$/]',
    message: 'Every test runs: no .only, .skip or .todo.',
  },
  {
    selector: 'CallExpression[callee.name=/^(fit|fdescribe|xit|xtest|xdescribe)$/]',
    message: 'Every test runs: no focused or disabled tests.',
  },
];

/** `any` is for foreign boundaries only, and the line above says why: "`any`, because …". */
const anyWithReason = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { noReason: 'Use a real type, or write "`any`, because …" in the line above.' },
  },
  create(context) {
    const { sourceCode } = context;
    const comments = sourceCode
      .getAllComments()
      .filter(({ value }) => /`any`, because/.test(value));
    const explained = new Set(
      comments.flatMap(({ loc }) => [loc.start.line, loc.end.line, loc.end.line + 1]),
    );
    return {
      TSAnyKeyword(node) {
        if (!explained.has(node.loc.start.line)) context.report({ node, messageId: 'noReason' });
      },
    };
  },
};

export default tseslint.config(
  {
    ignores: ['**/dist/', 'coverage/', 'temp/', '**/node_modules/', '**/*.d.ts'],
  },
  {
    // A rule that does not fit is changed here, for everyone, and not silenced in one place.
    linterOptions: { noInlineConfig: true },
  },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // Code that guards against control characters has to name them.
      'no-control-regex': 'off',
      // A SignInError keeps its cause in its detail: Backstage sends a `cause` to the browser.
      'preserve-caught-error': 'off',
      'no-throw-literal': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    plugins: { local: { rules: { 'any-with-reason': anyWithReason } } },
    rules: {
      'local/any-with-reason': 'error',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 10 },
      ],
      'no-restricted-imports': [
        'error',
        { name: 'zod', message: "Backstage's resolver factories want zod v3: import 'zod/v3'." },
      ],
    },
  },
  {
    // Only what needs types and finds real bugs: the whole type-checked set takes several times as long.
    files: ['{src,cli,test,demo,bench,scripts}/**/*.{ts,tsx}'],
    ignores: ['demo/app/**', 'test/browser/anotherProvider/app/**'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['{src,cli/src}/**/*.ts'],
    plugins: { tsdoc },
    rules: { 'tsdoc/syntax': 'error', 'no-console': 'error' },
  },
  {
    files: ['{demo/app,test/browser/anotherProvider/app}/**/*.{ts,tsx}'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...focusedOrSkippedTests] },
  },
);
