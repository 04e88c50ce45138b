import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// Workspace packages are read from their sources, as in development.
const conditions = ['agora-source', ...defaultServerConditions];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const withServers = { globalSetup: ['tests/support/infrastructure.ts'], testTimeout: 30_000, hookTimeout: 60_000 };

// Needs Docker and minutes, so only who asks for it by name gets it: `./agora test --compose`.
const composeProject = {
  ...shared,
  test: {
    name: 'compose',
    include: ['tests/compose/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    fileParallelism: false,
  },
};
const wantsCompose = process.argv.includes('--project=compose');

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{packages,services,tools}/*/src/**/*.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          ...withServers,
          name: 'component',
          include: ['{packages,services,tools}/*/test/**/*.test.ts', 'tests/*.test.ts', 'tests/support/**/*.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          globalSetup: ['tests/support/start-shop.ts'],
          include: ['tests/e2e/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // They share one shop, and kill parts of it.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      ...(wantsCompose ? [composeProject] : []),
    ],
  },
});
