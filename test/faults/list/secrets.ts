/** What telemetry exports: no secrets (R26), only the worker's own spans (R33), no more than fits (R34). */
import type { Fault } from '../plant.js'

const secrets = ['test/reliability/secrets-stay-out-of-telemetry.test.ts']
const owners = ['test/behaviour/telemetry-owners.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'cookies-are-shown',
    row: 'R26',
    file: 'src/std/text/without-credentials.ts',
    find: 'bearer|cookie|(?:api',
    replace: 'bearer|(?:api',
    tests: secrets,
  },
  {
    name: 'secrets-in-lists-are-shown',
    row: 'R26',
    file: 'src/sdk/telemetry/trace/payload.ts',
    find: 'if (Array.isArray(value)) return value.map((item) => redacted(item, path))',
    replace: 'if (Array.isArray(value)) return value',
    tests: secrets,
  },
  {
    name: 'addresses-show-their-passwords',
    row: 'R26',
    file: 'src/std/text/without-credentials.ts',
    find: "text.replace(USER, '://').replace(QUERY, '$1')",
    replace: "text.replace(QUERY, '$1')",
    tests: ['test/reliability/secrets-stay-out-of-calls.test.ts'],
  },
  {
    name: 'bad-headers-are-repeated',
    row: 'R26',
    file: 'src/sdk/worker/check.ts',
    find: 'got ${describeKind(seen)}',
    replace: 'got ${describe(seen)}',
    tests: ['test/reliability/secrets-stay-out-of-connections.test.ts'],
  },
  {
    name: 'reasons-of-schemas-repeat-secrets',
    row: 'R26',
    file: 'src/sdk/schema/issue.ts',
    find: "return text !== '' && reason.includes(",
    replace: "return text === '' && reason.includes(",
    tests: ['test/reliability/secrets-stay-out-of-calls.test.ts'],
  },
  {
    name: 'telemetry-waits-without-a-cap',
    row: 'R34',
    file: 'src/sdk/telemetry/export/shared-engine-connection.ts',
    find: 'maxBytes: reconnection.maxPendingBytes,',
    replace: 'maxBytes: Infinity,',
    tests: ['test/reliability/dead-telemetry-sink.test.ts'],
  },
  {
    name: 'dropped-spans-are-not-counted',
    row: 'R34',
    file: 'src/sdk/telemetry/export/exporter.ts',
    find: 'sink.drop(records)\n',
    replace: '\n',
    tests: ['test/reliability/dead-telemetry-sink.test.ts'],
  },
  {
    name: 'context-manager-of-the-program-is-replaced',
    row: 'R33',
    file: 'src/sdk/telemetry/process-wide.ts',
    find: 'if (!hasContextManager()) {',
    replace: 'if (!hasContextManager() || context.disable() === undefined) {',
    tests: owners,
  },
  {
    name: 'spans-go-to-the-first-worker',
    row: 'R33',
    file: 'src/sdk/telemetry/active-telemetry.ts',
    find: 'if (owner !== undefined) return owner ?? undefined',
    replace: 'if (owner === null) return undefined',
    tests: owners,
  },
]
