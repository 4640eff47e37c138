import { defineConfig } from 'vitest/config'
import { shared } from './vitest.config.js'

/** Tests that need more than Node: the compiler, a browser, or the official Python client in an environment of its own. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    projects: [
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          // The Python environment is made first, once.
          globalSetup: ['scripts/setup-python.ts'],
        },
      },
      // Needs Chromium. Without it the tests fail; they are not skipped.
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          // The files of the console are built first, once. Chromium is needed, as above.
          globalSetup: ['scripts/build-console.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            // The program of these tests and of what they import alone.
            tsconfig: 'scripts/tsconfig.types.json',
            ignoreSourceErrors: false,
          },
        },
      },
    ],
  },
})
