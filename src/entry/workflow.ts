/** `iii-node/workflow`: durable steps on the state of the engine. */
export { defineSignal, defineWorkflow } from '../workflow/definition.js'
export { serveWorkflow } from '../workflow/serve.js'
export type { ServedWorkflow } from '../workflow/serve.js'
export type { ServeOptions } from '../workflow/options.js'
export { heldRuns, startWorkflow, workflowRun } from '../workflow/client.js'
export type { ResultOptions, RetryOptions, RunHandle, StartOptions } from '../workflow/client.js'
export type {
  AnyWorkflow,
  Branches,
  BranchResults,
  ChildOptions,
  Flow,
  FlowLog,
  FlowCallOptions,
  FlowFunction,
  RetryPolicy,
  Signal,
  StepContext,
  StepOptions,
  WaitOptions,
  Workflow,
  WorkflowInput,
  WorkflowOptions,
  WorkflowOutput,
} from '../workflow/flow.js'
export type {
  Begun as JournalBegun,
  ConsumedSignal,
  Done as JournalDone,
  Element as JournalElement,
  JournalEntry,
  JournalFailure,
  OperationKind,
} from '../workflow/records/journal.js'
export type { RunName, Wait as RunWait } from '../workflow/records/record.js'
export type { HistoryEntry, RunHistory, RunState, RunStatus } from '../workflow/records/status.js'
export { replay } from '../workflow/check-replay.js'
export type { Replayed } from '../workflow/check-replay.js'
