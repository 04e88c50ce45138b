import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// Workspace packages are read from their sources, as in development.
const conditions = ['agora-source', ...defaultServerConditions];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const withServers = { globalSetup: ['tests/support/infrastructure.ts'], testTimeout: 20_000, hookTimeout: 60_000 };

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
          include: ['{packages,services,tools}/*/test/**/*.test.ts', 'tests/support/**/*.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          ...withServers,
          name: 'e2e',
          include: ['tests/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
