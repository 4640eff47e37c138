/** Settings that clients read and change, and processes and engines beside this one. */
import type { Fault } from '../plant.js'

const settings = ['test/behaviour/settings-are-configurations.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'ports-change-over-the-wire',
    row: 'R47',
    file: 'src/engine/config/live-settings.ts',
    symbol: 'LiveSettings.set',
    find: 'this.#declared.members',
    replace: '{ ...this.#declared.members, port: { expected: "", accepts: () => true, optional: true, schema: true } }',
    tests: settings,
  },
  {
    name: 'changed-cors-admits-any-page',
    row: 'R47',
    file: 'src/engine/builtins/http/cors.ts',
    symbol: 'checkOrigins',
    find: "start.allowedOrigins === 'any'",
    replace: "start.allowedOrigins === 'any' || changed === 'any'",
    tests: settings,
  },
  {
    name: 'guests-change-settings',
    row: 'R47',
    file: 'src/engine/builtins/configuration/configuration-builtin.ts',
    symbol: 'writers',
    find: 'context.access !== undefined && configurations.isOfEngine(id)',
    replace: 'context.access !== undefined && id === ""',
    tests: settings,
  },
  {
    name: 'queues-with-jobs-are-removed',
    row: 'R47',
    file: 'src/engine/builtins/queue/named-queues.ts',
    symbol: 'NamedQueues.configure',
    find: 'jobs.depth + storing',
    replace: 'storing',
    tests: settings,
  },
]
