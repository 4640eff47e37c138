/** Processes that share: long-lived signals, many workers, two copies of the package, OpenTelemetry of others (R52). */
import type { Fault } from '../plant.js'

const shared = ['test/reliability/shared-processes-stay-clean.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'joined-signals-are-not-released',
    row: 'R52',
    file: 'src/sdk/worker/invocations/invocation-context.ts',
    find: 'if (!isVoid(request)) return sent.finally(release)',
    replace: 'if (!isVoid(request)) return sent',
    tests: shared,
  },
  {
    name: 'each-worker-listens-to-signals',
    row: 'R52',
    file: 'src/sdk/worker/lifecycle/signal-handlers.ts',
    find: 'const known = listened.get(signal)\n  if (known !== undefined) {',
    replace: 'const known = listened.get(signal)\n  if (known?.callbacks.size === 0) {',
    tests: shared,
  },
  {
    name: 'copies-keep-telemetry-to-themselves',
    row: 'R52',
    file: 'src/std/process-state.ts',
    find: 'Symbol.for(`iii-node.${name}`)',
    replace: 'Symbol(`iii-node.${name}`)',
    tests: shared,
  },
  {
    name: 'set-ups-with-older-versions-are-not-joined',
    row: 'R52',
    file: 'src/sdk/telemetry/process-wide.ts',
    find: 'api._getContextManager = () => registered().context ?? own?.call(api) ?? manager',
    replace: 'api._getContextManager = () => own?.call(api) ?? manager',
    tests: shared,
  },
  {
    name: 'set-ups-without-a-manager-get-none',
    row: 'R52',
    file: 'src/sdk/telemetry/process-wide.ts',
    find: 'registered().context ??= manager',
    replace: 'void manager',
    tests: shared,
  },
  {
    name: 'managers-that-keep-nothing-are-not-reported',
    row: 'R52',
    file: 'src/sdk/telemetry/process-wide.ts',
    find: 'if (!hasContextManager()) warnOfManager()',
    replace: 'if (!hasContextManager()) void warnOfManager',
    tests: shared,
  },
]
