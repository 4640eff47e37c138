/** Processes that share: long-lived signals, many workers, two copies of the package, OpenTelemetry of others (R52). */
import type { Fault } from '../plant.js'

const shared = ['test/reliability/shared-processes-stay-clean.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'joined-signals-are-not-released',
    row: 'R52',
    file: 'src/sdk/worker/invocations/invocation-context.ts',
    symbol: 'triggerWithin',
    find: 'sent.finally(release)',
    replace: 'sent',
    tests: shared,
  },
  {
    name: 'each-worker-listens-to-signals',
    row: 'R52',
    file: 'src/sdk/worker/lifecycle/signal-handlers.ts',
    symbol: 'listen',
    find: 'known !== undefined',
    replace: 'known?.callbacks.size === 0',
    tests: shared,
  },
  {
    name: 'copies-keep-telemetry-to-themselves',
    row: 'R52',
    file: 'src/std/process-state.ts',
    symbol: 'processState',
    find: 'Symbol.for',
    replace: 'Symbol',
    tests: shared,
  },
  {
    name: 'set-ups-with-older-versions-are-not-joined',
    row: 'R52',
    file: 'src/sdk/telemetry/process-wide.ts',
    symbol: 'joinOtherVersion',
    find: 'registered().context ?? own?.call(api)',
    replace: 'own?.call(api)',
    tests: shared,
  },
  {
    name: 'set-ups-without-a-manager-get-none',
    row: 'R52',
    file: 'src/sdk/telemetry/process-wide.ts',
    symbol: 'joinOtherVersion',
    find: 'registered().context ??= manager',
    replace: 'void manager',
    tests: shared,
  },
  {
    name: 'managers-that-keep-nothing-are-not-reported',
    row: 'R52',
    file: 'src/sdk/telemetry/process-wide.ts',
    symbol: 'joinOtherVersion',
    find: 'warnOfManager()',
    replace: 'void warnOfManager',
    tests: shared,
  },
]
