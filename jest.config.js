const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // On two cores Jest would take one: much of the time here is spent waiting.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  roots: ['<rootDir>/test'],
  // The packages of this project by their names, from source.
  moduleNameMapper: {
    '^backstage-plugin-auth-backend-module-bitbucket-server$': '<rootDir>/src',
    '^backstage-bitbucket-server$': '<rootDir>/cli/src',
  },
  testMatch: ['**/*.test.ts'],
  filter: '<rootDir>/test/support/needsPrograms.cjs',
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // The tests that boot a real Backstage or a browser need more than Jest's five seconds.
  testTimeout: 60_000,
};
