import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const nightly = process.env['TIER'] === 'nightly'
const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** One project per kind of test, so that each can run alone: `vitest run --project=unit`. */
const project = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`] },
})

/** Kinds whose tests look at `dist/`: it is built first, once, when it is missing or older than the sources. */
const projectOnBuild = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], globalSetup: ['scripts/ensure-build.ts'] },
})

/** Kinds whose tests run the official Python client: its environment is made first, once. */
const projectWithPython = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], globalSetup: ['scripts/setup-python.ts'] },
})

export default defineConfig({
  resolve: {
    // Tests import the package by its name and get the sources; tsconfig.json `paths` says the same to tsc and tsx.
    alias: [
      { find: /^iii-node$/, replacement: fromRoot('src/index.ts') },
      { find: /^iii-node\/(.+)$/, replacement: fromRoot('src/entry/$1.ts') },
    ],
  },
  test: {
    pool: 'forks',
    testTimeout: nightly ? 120_000 : 10_000,
    hookTimeout: nightly ? 30_000 : 10_000,
    teardownTimeout: 5_000,
    retry: 0,
    allowOnly: !process.env['CI'],
    dangerouslyIgnoreUnhandledErrors: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    projects: [
      project('unit'),
      project('behaviour'),
      project('hostile'),
      project('regression'),
      project('compat'),
      project('reliability'),
      project('docs'),
      project('sim'),
      projectWithPython('interop'),
      projectOnBuild('package'),
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'tsconfig.json',
            ignoreSourceErrors: false,
          },
        },
      },
    ],
  },
})
