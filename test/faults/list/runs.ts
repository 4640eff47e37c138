/** Traces of workflow runs, and checks of their code (R53). */
import type { Fault } from '../plant.js'

const traces = ['test/behaviour/runs-are-traced.test.ts']
const checks = ['test/behaviour/flows-are-checked.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'each-activation-has-a-trace-of-its-own',
    row: 'R53',
    file: 'src/workflow/run/tracing.ts',
    symbol: 'activation',
    find: 'traceparent: parent, link',
    replace: 'link',
    tests: traces,
  },
  {
    name: 'later-generations-are-not-linked',
    row: 'R53',
    file: 'src/sdk/telemetry/trace/work-spans.ts',
    symbol: 'linksTo',
    find: 'context === undefined',
    replace: 'context !== undefined',
    tests: traces,
  },
  {
    name: 'requests-to-state-hide-the-steps',
    row: 'R53',
    file: 'src/workflow/serve.ts',
    symbol: 'untracedCaller',
    find: 'untraced(() => worker.trigger(request))',
    replace: 'worker.trigger(request)',
    tests: traces,
  },
  {
    name: 'replayed-log-lines-are-repeated',
    row: 'R53',
    file: 'src/workflow/run/tracing.ts',
    symbol: 'flowLog',
    find: '!observed.replay.isBehind',
    replace: 'observed.run.epoch > 0',
    tests: traces,
  },
  {
    name: 'flows-are-checked-in-production',
    row: 'R53',
    file: 'src/workflow/run/flow-checks.ts',
    symbol: 'areFlowsChecked',
    find: 'given === undefined ? isVirtual',
    replace: 'given === undefined ? !isVirtual || isVirtual',
    tests: checks,
  },
  {
    name: 'handlers-in-the-process-count-as-the-flow',
    row: 'R53',
    file: 'src/workflow/run/operate.ts',
    symbol: 'performed',
    find: 'await branches.run(undefined, () => perform(operation))',
    replace: 'await perform(operation)',
    tests: checks,
  },
]
