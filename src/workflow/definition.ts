/**
 * Declares workflows and signals: plain data that both those who serve a workflow and those who start it import.
 */
import { invalidArgument } from '../errors.js'
import { checkFunction, checkId, checkRecord } from '../sdk/worker/check.js'
import { checkSchema, type MaybeSchema } from '../sdk/worker/functions/contract.js'
import { checkKnown } from './options.js'
import type { FlowFunction, PlainWorkflow, Signal, Workflow, WorkflowOptions } from './flow.js'

const WORKFLOW_KEYS = ['id', 'input', 'output', 'version']

/**
 * Declares a workflow.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the member that is wrong.
 * @example
 * const greet = defineWorkflow({ id: 'greet' }, async (flow, name) => {
 *   await flow.sleep('1d')
 *   return flow.step('greet', () => `Hello, ${name}!`)
 * })
 */
export function defineWorkflow<I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
  options: WorkflowOptions<I, O>,
  run: FlowFunction<I, O>,
): Workflow<I, O> {
  checkRecord('options', options)
  checkKnown('defineWorkflow', options, WORKFLOW_KEYS)
  checkWorkflowId(options.id)
  checkSchema('input', options.input)
  checkSchema('output', options.output)
  checkFunction('run', run)
  const { version = 1, ...rest } = options
  if (!Number.isSafeInteger(version) || version < 1) throw invalidArgument('version', 'a whole number above 0', version)
  return { ...rest, version, run }
}

/**
 * Declares a signal.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the member that is wrong.
 * @example
 * const payment = defineSignal({ name: 'payment', schema: z.object({ amount: z.number() }) })
 */
export function defineSignal<S extends MaybeSchema = undefined>(signal: Signal<S>): Signal<S> {
  checkRecord('signal', signal)
  checkKnown('defineSignal', signal, ['name', 'schema'])
  checkId('name', signal.name)
  checkSchema('schema', signal.schema)
  return { ...signal }
}

/** Checks the id of a workflow: it is a part of the names of scopes. */
function checkWorkflowId(id: unknown): string {
  if (checkId('id', id).includes('/')) throw invalidArgument('id', 'an id without a slash', id)
  return id as string
}

/** Checks a workflow that was passed to a function. */
export function checkWorkflow(argument: string, value: unknown): PlainWorkflow {
  const { id, run, version } = checkRecord(argument, value)
  if (typeof id === 'string' && typeof run === 'function' && typeof version === 'number') {
    // Made by `defineWorkflow`, which has checked the rest.
    return value as PlainWorkflow
  }
  throw invalidArgument(argument, 'a workflow made by defineWorkflow', value)
}

/** Checks a signal that was passed to a function. */
export function checkSignalContract(argument: string, value: unknown): Signal {
  checkId(`${argument}.name`, checkRecord(argument, value)['name'])
  return value as Signal
}
