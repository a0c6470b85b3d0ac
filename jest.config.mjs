// Everything is compiled to CommonJS by swc, because Jest's own ESM mode cannot load Fastify's ESM-only dependencies.
// The packages listed are ESM-only; the list grows when Jest meets another one.
const esmOnly = ['@nestjs', 'cookie', 'content-disposition', 'uuid', 'tinyqueue', 'canonicalize', '@nats-io', 'jose'];

const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2022',
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  transform: { '\\.(ts|js|mjs)$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(?:.+/node_modules/)?(?:${esmOnly.join('|')})/)`],
  moduleNameMapper: {
    '^@assent/([a-z]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Suites start real processes; every wait inside has a deadline of its own, so this only ends what hangs.
  testTimeout: 120_000,
};
