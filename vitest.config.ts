import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const nightly = process.env['TIER'] === 'nightly'
const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Tests that start programs. They run with those of `test/processes`. */
const STARTING_PROGRAMS = [
  'test/regression/bundled-commonjs-could-not-be-imported.test.ts',
  'test/regression/command-line-hid-failures-below-the-first-span.test.ts',
  'test/regression/dead-session-refused-its-successor-for-good.test.ts',
  'test/regression/dev-lost-requests-and-workers.test.ts',
  'test/regression/failed-starts-left-bridges-connected.test.ts',
  'test/regression/npx-left-the-engine-running.test.ts',
  'test/regression/refusals-were-printed-twice.test.ts',
  'test/unit/engine/storage/level-store.test.ts',
]

/** Tests of what all workers of a process share: `fetch`, telemetry, default names, signals, open timers, memory. */
const IN_THEIR_OWN_PROCESS = [
  'test/behaviour/{dedicated-telemetry-socket,running-spans-are-shown,stand-alone-telemetry}.test.ts',
  'test/behaviour/{telemetry-ends,telemetry-owners,traced-fetch,tracing-calls,worker-gauges,logging}.test.ts',
  'test/behaviour/runs-are-traced.test.ts',
  'test/behaviour/{telemetry-is-read-back,test-engine-leaves-nothing-open,worker-exports-to-a-collector}.test.ts',
  'test/regression/{default-names-collided-in-one-process,each-worker-listened-to-signals}.test.ts',
  'test/regression/{fake-timers-stopped-workers,large-payloads-in-spans-stalled-the-engine}.test.ts',
  'test/regression/{second-init-of-telemetry-was-ignored,shared-signal-warned-of-a-leak}.test.ts',
  'test/regression/{shutdown-of-all-telemetry-left-workers-on,stopped-gauges-went-on}.test.ts',
  'test/regression/{backlog-overflowed-the-stack-of-a-memory-link,taken-entries-stayed-in-memory}.test.ts',
  'test/regression/{cron-schedules-held-ten-thousand-years,pino-lines-lost-their-level-and-time}.test.ts',
  'test/regression/{refused-schemas-replaced-regexp,throwing-log-sink-failed-the-handler}.test.ts',
  'test/regression/mistyped-options-were-ignored.test.ts',
]

/** Tests of reliability that measure time, descriptors or the memory of a whole process. No other test runs beside one. */
const MEASURING = [
  'test/reliability/{closing-peers-free-their-names,costly-json-is-refused,floods-are-stopped}.test.ts',
  'test/reliability/{killed-workers-free-their-names,lost-links-end-calls-at-once}.test.ts',
  'test/reliability/{keys-are-compared-in-constant-time,processes-end-after-shutdown}.test.ts',
  'test/reliability/{shutdown-with-open-handles,silent-links-are-replaced}.test.ts',
  'test/reliability/{slow-readers-hold-their-writers,soaked-processes-stay-level}.test.ts',
  'test/reliability/{stalled-peers-are-bounded,vanished-channel-ends-are-freed}.test.ts',
  'test/reliability/expensive-content-does-not-stall.test.ts',
]

/** Tests of reliability that take a peer's frames, arguments and callbacks, and share nothing but memory. */
const OF_CONTENT = [
  'test/reliability/{bad-arguments,client-frames,client-handlers,early-answers-reach-their-callers}.test.ts',
  'test/reliability/{engine-frames,errors-keep-their-meaning,foreign-pages-are-refused}.test.ts',
  'test/reliability/{grants-hold-for-every-way-in,grants-hold-later,guarded-links-and-channels-deny}.test.ts',
  'test/reliability/{guarded-listener-denies,hostile-callbacks-are-survived,hostile-options-are-survived}.test.ts',
  'test/reliability/{hostile-streams-are-survived,json-edges,prototypes-stay-clean,raw-websocket-frames}.test.ts',
  'test/reliability/{cut-channels-are-noticed,topics-outlive-releases,unreadable-text-is-not-sent}.test.ts',
]

/** Files that take long: they start first, so that no core waits for one of them at the end. */
const LONG = [
  'test/processes/code-blocks-run.test.ts',
  'test/processes/cli-dev.test.ts',
  'test/regression/dev-lost-requests-and-workers.test.ts',
  'test/package/types-compile-in-every-typescript.test.ts',
  'test/package/new-projects-work.test.ts',
  'test/reliability/drains-lose-nothing.test.ts',
  'test/reliability/killed-engines-keep-what-they-acknowledged.test.ts',
  'test/reliability/the-heap-stays-level.test.ts',
  'test/reliability/cut-links-settle-every-call.test.ts',
  'test/reliability/offline-calls-are-bounded.test.ts',
  'test/sim/sim.test.ts',
  'test/sim/workflow.test.ts',
].map(fromRoot)

/** Projects in their usual order, and within each the long files first. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const projects = [...new Set(sorted.map(({ project }) => project))]
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.includes(moduleId)
    return projects.flatMap((project) => {
      const own = sorted.filter((file) => file.project === project)
      return [...own.filter(isLong), ...own.filter((file) => !isLong(file))]
    })
  }
}

/** One project per kind of test, so that each can run alone: `vitest run --project=unit`. Each file has its own process. */
const project = (name: string, include = [`test/${name}/**/*.test.ts`]) => ({
  extends: true as const,
  test: { name, include },
})

/** Tests of reliability: side by side, each in its own process or in one for all, and at last those that measure, alone. */
const reliability = [
  {
    extends: true as const,
    test: {
      name: 'reliability',
      include: ['test/reliability/**/*.test.ts'],
      exclude: [...MEASURING, ...OF_CONTENT],
      maxWorkers: '100%',
      sequence: { groupOrder: 1 },
    },
  },
  {
    extends: true as const,
    test: {
      name: 'reliability-of-content',
      include: OF_CONTENT,
      isolate: false,
      maxWorkers: '100%',
      sequence: { groupOrder: 1 },
    },
  },
  {
    extends: true as const,
    test: { name: 'measured', include: MEASURING, maxWorkers: 1, sequence: { groupOrder: 2 } },
  },
]

/** Files of a kind that share a process: starting one for each takes longer than most of the tests. */
const projectInOneProcess = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    exclude: [...STARTING_PROGRAMS, ...IN_THEIR_OWN_PROCESS],
    isolate: false,
  },
})

/** Kinds whose tests look at `dist/`: it is built first, once, when it is missing or older than the sources. */
const projectOnBuild = (name: string) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], globalSetup: ['scripts/ensure-build.ts'] },
})

/** Tests that start `engine` and `dev`, which serve the console: its files are built first, once. */
const projectWithConsole = (name: string, include: string[]) => ({
  extends: true as const,
  test: { name, include, globalSetup: ['scripts/build-console.ts'] },
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
    // Transformed modules stay in `node_modules/`, by their content: each later run of the same sources takes them from there.
    experimental: { fsModuleCache: true },
    setupFiles: [fromRoot('test/kit/every-suite.ts')],
    testTimeout: nightly ? 120_000 : 10_000,
    hookTimeout: nightly ? 30_000 : 10_000,
    teardownTimeout: 5_000,
    sequence: { sequencer: LongFirst },
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
      projectInOneProcess('behaviour'),
      projectInOneProcess('regression'),
      project('own-process', IN_THEIR_OWN_PROCESS),
      project('compat'),
      project('docs'),
      // Tests that start programs: the command line, examples, other test runners, compilers.
      projectWithConsole('processes', ['test/processes/**/*.test.ts', ...STARTING_PROGRAMS]),
      projectOnBuild('package'),
      // Load, faults and hostile input; then those with measured memory and delays.
      ...reliability,
      project('sim'),
    ],
  },
})
