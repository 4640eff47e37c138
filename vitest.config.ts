import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const nightly = process.env['TIER'] === 'nightly'
const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** One project per kind of test, so that each can run alone: `vitest run --project=unit`. */
const project = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`] },
})

/** Files of a kind that share a process: starting one for each takes longer than most of the tests. */
const projectInOneProcess = (name: string) => {
  const { extends: inherits, test } = project(name)
  return { extends: inherits, test: { ...test, isolate: false } }
}

/** Kinds whose tests look at `dist/`: it is built first, once, when it is missing or older than the sources. */
const projectOnBuild = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], globalSetup: ['scripts/ensure-build.ts'] },
})

/** What all kinds of tests have in common. */
export const shared = {
  resolve: {
    // Tests import the package by its name and get the sources; tsconfig.json `paths` says the same to tsc and tsx.
    alias: [
      { find: /^iii-node$/, replacement: fromRoot('src/index.ts') },
      { find: /^iii-node\/(.+)$/, replacement: fromRoot('src/entry/$1.ts') },
    ],
  },
  test: {
    pool: 'forks',
    setupFiles: [fromRoot('test/kit/every-suite.ts')],
    testTimeout: nightly ? 120_000 : 10_000,
    hookTimeout: nightly ? 30_000 : 10_000,
    teardownTimeout: 5_000,
    retry: 0,
    allowOnly: !process.env['CI'],
    dangerouslyIgnoreUnhandledErrors: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
} as const satisfies ViteUserConfig

/**
 * All tests that need nothing but Node; the others are in `vitest.more.config.ts`. `npm test` runs the first group, which
 * takes minutes; `npm run test:processes` and `npm run test:reliability` run the others.
 */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    projects: [
      projectInOneProcess('unit'),
      project('behaviour'),
      project('hostile'),
      project('regression'),
      project('compat'),
      project('docs'),
      // Tests that start programs: the command line, examples, other test runners, compilers.
      project('processes'),
      projectOnBuild('package'),
      // Load, faults and measured memory, delays and sizes.
      project('reliability'),
      project('sim'),
    ],
  },
})
