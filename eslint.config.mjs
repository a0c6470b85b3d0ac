/**
 * What a formatter cannot see: promises nobody waits for, cases nobody thought of, rooms that lean the wrong way (scripts/lint),
 * and impurity in the machine. Formatting and quick checks are Biome's.
 */
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { direction } from './scripts/lint/direction-rule.mjs';

const assent = { rules: { direction } };

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Name what you export, so that it has one name everywhere.',
};

/** Chance and the clock arrive in events or through ports: a machine that asks for them itself cannot be replayed. */
const timeAndChance = ['Date', 'performance', 'crypto', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval'];
const world = ['process', 'console', 'fetch', 'require', 'globalThis', 'global'];
const forbid = (names, message) => names.map((name) => ({ name, message }));
const noChance = [{ object: 'Math', property: 'random', message: 'Randomness is passed in.' }];

/** Tests and what stands in for the world in them. */
const specs = ['**/*.spec.ts', 'test/**/*.ts', '{apps,libs}/*/test/**/*.ts', '{apps,libs}/*/src/testing/**/*.ts'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'coverage/**', '.assent/**'] },
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.{ts,mjs}'],
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { assent },
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      'assent/direction': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['libs/protocol/src/**/*.ts'],
    ignores: specs,
    rules: {
      'no-restricted-globals': [
        'error',
        ...forbid([...timeAndChance, 'clearImmediate', 'queueMicrotask', 'structuredClone'], 'Time and randomness arrive inside events.'),
        ...forbid([...world, 'Buffer', 'Promise'], 'The protocol is pure: it computes, and touches nothing.'),
      ],
      'no-restricted-properties': ['error', ...noChance],
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        { selector: ':function[async=true]', message: 'The protocol is pure: nothing in it waits.' },
        { selector: 'AwaitExpression', message: 'The protocol is pure: nothing in it waits.' },
        {
          selector: 'TSTypeReference[typeName.name=/^(Promise|Date|Buffer)$/]',
          message: 'The protocol is pure: it computes, and touches nothing.',
        },
      ],
    },
  },
  {
    files: ['libs/engine/src/**/*.ts'],
    ignores: specs,
    rules: {
      'no-restricted-globals': [
        'error',
        ...forbid(timeAndChance, 'Time and chance come through the ports Clock and Random.'),
        ...forbid(world, 'The engine has no I/O of its own: everything comes through a port.'),
      ],
      'no-restricted-properties': ['error', ...noChance],
    },
  },
  {
    files: specs,
    plugins: { assent },
    rules: {
      'max-lines-per-function': 'off',
      'assent/direction': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Jest takes these two by their default export.
    files: ['test/support/global-setup.ts', 'test/support/global-teardown.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
