/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-member-access,
   @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unused-vars, @typescript-eslint/no-confusing-void-expression,
   @typescript-eslint/no-unnecessary-type-parameters -- compiled by several compilers and never run; its subject is types */
// What a program written against the package's types needs to compile, in every TypeScript that users have.
import {
  BuiltinTrigger,
  defineFunction,
  defineTriggerType,
  installSignalHandlers,
  registerWorker,
  TriggerAction,
  ValidationError,
  type EnqueueResult,
  type III,
  type IIIClient,
} from 'iii-node'
import type { ContractInput, ContractOutput, StandardSchemaV1 } from 'iii-node/schema'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(_equal: Equal<A, B>): void {}

declare function schema<Input, Output = Input>(): StandardSchemaV1<Input, Output>

const worker: III = registerWorker('ws://127.0.0.1:1', { autoConnect: false })
const official: IIIClient = worker
official.registerFunction('official', async (data) => {
  same<typeof data, any>(true)
  return data.anything
})

worker.registerFunction('f', (data) => data.anything, { description: 'any without a schema' })
worker.registerFunction(
  'f',
  ({ n }) => {
    same<typeof n, number>(true)
    return { ok: n > 0 }
  },
  { input: schema<{ n: string }, { n: number }>(), output: schema<{ ok: boolean }>() },
)
// @ts-expect-error the result is not what the schema accepts
worker.registerFunction('f', () => ({ ok: 'yes' }), { output: schema<{ ok: boolean }>() })

// An option may be given as undefined, also under exactOptionalPropertyTypes.
export async function absent(text: string | undefined, ms: number | undefined, signal: AbortSignal | undefined) {
  registerWorker(text, { workerName: text, autoConnect: false })
  worker.registerFunction('f', () => ({ status_code: 200, headers: undefined }), { description: text })
  worker.registerTrigger(BuiltinTrigger.http('f', { api_path: '/f' }, { namespace: text }))
  defineFunction({ id: 'described', description: text })
  await worker.trigger({ function_id: 'f', payload: {}, timeoutMs: ms, signal, namespace: text })
  await worker.ready({ timeoutMs: ms, signal })
  await worker.listFunctions({ prefix: text })
  const { writer, reader } = await worker.channels.create(ms)
  await writer.write('text', { signal })
  await reader.readAll({ signal })
  installSignalHandlers(worker, { drainTimeoutMs: ms, signal })
  await worker.shutdownAsync({ drainTimeoutMs: ms, signal })
}

const add = defineFunction({
  id: 'add',
  input: schema<{ a: number; b?: number }, { a: number; b: number }>(),
  output: schema<{ sum: number }>(),
})
same<ContractInput<typeof add>, { a: number; b?: number }>(true)
same<ContractOutput<typeof add>, { sum: number }>(true)
worker.registerFunction(add, ({ a, b }) => ({ sum: a + b }))

export async function calls(): Promise<unknown> {
  const { sum } = await worker.trigger(add, { a: 1 })
  same<typeof sum, number>(true)
  const receipt = await worker.trigger(add, { a: 1 }, { action: TriggerAction.Enqueue({ queue: 'q' }) })
  same<typeof receipt, EnqueueResult>(true)
  const math = worker.client({ add })
  const nothing = await math.add({ a: 1 }, { action: TriggerAction.Void() })
  same<typeof nothing, undefined>(true)
  // @ts-expect-error a is a number
  await math.add({ a: 'one' })
  const untyped = await worker.trigger({ function_id: 'f', payload: {} })
  same<typeof untyped, any>(true)
  return worker.trigger<{ a: number }, string>({ function_id: 'f', payload: { a: 1 } }).catch((error: unknown) => {
    return error instanceof ValidationError ? error.issues : error
  })
}

const ticks = defineTriggerType({ id: 'ticks', config: schema<{ every: number }>(), request: schema<{ n: number }>() })
worker
  .registerTriggerType(ticks, {
    registerTrigger: async ({ config }) => same<typeof config.every, number>(true),
    unregisterTrigger: async () => {},
  })
  .registerFunction('on-tick', ({ n }) => same<typeof n, number>(true), { every: 1 })
