/** What telemetry exports: no secrets (R26), only the worker's own spans (R33), no more than fits (R34). */
import type { Fault } from '../plant.js'

const secrets = ['test/reliability/secrets-stay-out-of-telemetry.test.ts']
const owners = ['test/behaviour/telemetry-owners.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'cookies-are-shown',
    row: 'R26',
    file: 'src/std/text/without-credentials.ts',
    symbol: 'TELLING_PART',
    find: '/password|secret|credential|authorization|bearer|cookie|(?:api|access|private)[_-]?key|(?:auth|access|refresh)[_-]?token/i',
    replace:
      '/password|secret|credential|authorization|bearer|(?:api|access|private)[_-]?key|(?:auth|access|refresh)[_-]?token/i',
    tests: secrets,
  },
  {
    name: 'secrets-in-lists-are-shown',
    row: 'R26',
    file: 'src/sdk/telemetry/trace/payload.ts',
    symbol: 'redacted',
    find: 'value.map((item) => redacted(item, path))',
    replace: 'value',
    tests: secrets,
  },
  {
    name: 'addresses-show-their-passwords',
    row: 'R26',
    file: 'src/std/text/without-credentials.ts',
    symbol: 'withoutCredentials',
    find: "text.replace(USER, '://').replace(QUERY, '$1')",
    replace: "text.replace(QUERY, '$1')",
    tests: ['test/reliability/secrets-stay-out-of-calls.test.ts'],
  },
  {
    name: 'bad-headers-are-repeated',
    row: 'R26',
    file: 'src/sdk/worker/options/check-headers.ts',
    symbol: 'invalidSecret',
    find: 'describeKind',
    replace: 'describe',
    tests: ['test/reliability/secrets-stay-out-of-connections.test.ts'],
  },
  {
    name: 'reasons-of-schemas-repeat-secrets',
    row: 'R26',
    file: 'src/sdk/schema/issue.ts',
    symbol: 'shows',
    find: "text !== ''",
    replace: "text === ''",
    tests: ['test/reliability/secrets-stay-out-of-calls.test.ts'],
  },
  {
    name: 'telemetry-waits-without-a-cap',
    row: 'R34',
    file: 'src/sdk/telemetry/export/shared-engine-connection.ts',
    symbol: 'SharedEngineConnection.constructor',
    find: 'reconnection.maxPendingBytes',
    replace: 'Infinity',
    tests: ['test/reliability/dead-telemetry-sink.test.ts'],
  },
  {
    name: 'dropped-spans-are-not-counted',
    row: 'R34',
    file: 'src/sdk/telemetry/export/exporter.ts',
    symbol: 'exportBatch',
    find: 'sink.drop(records)',
    replace: '',
    tests: ['test/reliability/dead-telemetry-sink.test.ts'],
  },
  {
    name: 'context-manager-of-the-program-is-replaced',
    row: 'R33',
    file: 'src/sdk/telemetry/process-wide.ts',
    symbol: 'ensureProcessWide',
    find: 'hasContextManager()',
    replace: 'hasContextManager() || context.disable() === undefined',
    tests: owners,
  },
  {
    name: 'spans-go-to-the-first-worker',
    row: 'R33',
    file: 'src/sdk/telemetry/active-telemetry.ts',
    symbol: 'currentTelemetry',
    find: 'if (owner !== undefined) return owner ?? undefined',
    replace: 'if (owner === null) return undefined',
    tests: owners,
  },
]
