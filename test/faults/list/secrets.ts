/** What telemetry tells: no secrets (R26), and nobody's spans but one's own (R33). */
import type { Fault } from '../plant.js'

const secrets = ['test/hostile/secrets-stay-out-of-telemetry.test.ts']
const owners = ['test/behaviour/telemetry-owners.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'cookies-are-shown',
    row: 'R26',
    file: 'src/std/telling-keys.ts',
    find: '|private_key|access_key|cookie|(?:^|[_-])token$/i',
    replace: '|private_key|access_key|(?:^|[_-])token$/i',
    tests: secrets,
  },
  {
    name: 'secrets-in-lists-are-shown',
    row: 'R26',
    file: 'src/telemetry/payload.ts',
    find: 'if (Array.isArray(value)) return value.map((item) => redacted(item, path))',
    replace: 'if (Array.isArray(value)) return value',
    tests: secrets,
  },
  {
    name: 'context-manager-of-the-program-is-replaced',
    row: 'R33',
    file: 'src/telemetry/process-wide.ts',
    find: 'if (!hasContextManager()) {',
    replace: 'if (!hasContextManager() || context.disable() === undefined) {',
    tests: owners,
  },
  {
    name: 'spans-go-to-the-first-worker',
    row: 'R33',
    file: 'src/telemetry/active-telemetry.ts',
    find: 'if (owner !== undefined) return owner ?? undefined',
    replace: 'if (owner === null) return undefined',
    tests: owners,
  },
]
