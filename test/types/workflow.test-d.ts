import { defineFunction, registerWorker } from 'iii-node'
import {
  defineSignal,
  defineWorkflow,
  heldRuns,
  replay,
  serveWorkflow,
  startWorkflow,
  workflowRun,
  type Flow,
  type RunHandle,
  type WorkflowInput,
  type WorkflowOutput,
} from 'iii-node/workflow'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'

const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false })
const add = defineFunction({
  id: 'math::add',
  input: z.object({ a: z.number(), b: z.number().default(0) }),
  output: z.object({ sum: z.number() }),
})
const payment = defineSignal({ name: 'payment', schema: z.object({ amount: z.coerce.number<string>() }) })
const bare = defineSignal({ name: 'bare' })
const order = defineWorkflow(
  {
    id: 'order',
    input: z.object({ id: z.string(), copies: z.number().default(1) }),
    output: z.object({ at: z.string().transform((text) => new Date(text)) }),
  },
  (_flow, { id, copies }) => {
    expectTypeOf(id).toEqualTypeOf<string>()
    expectTypeOf(copies).toEqualTypeOf<number>()
    return { at: id }
  },
)

test('a workflow has the input and output types of its schemas', () => {
  expectTypeOf<WorkflowInput<typeof order>>().toEqualTypeOf<{ id: string; copies?: number | undefined }>()
  expectTypeOf<WorkflowOutput<typeof order>>().toEqualTypeOf<{ at: Date }>()
  // @ts-expect-error the result is not what the schema takes
  defineWorkflow({ id: 'w', output: z.number() }, () => 'text')
  // @ts-expect-error there is no such option
  defineWorkflow({ id: 'w', retries: 1 }, () => 1)
  // @ts-expect-error a workflow has an id
  defineWorkflow({}, () => 1)
})

test('a flow without schemas declares the type of its input itself', () => {
  const _greet = defineWorkflow({ id: 'greet' }, async (_flow, name: string) => name.length)
  expectTypeOf<WorkflowInput<typeof _greet>>().toBeAny()
  expectTypeOf<WorkflowOutput<typeof _greet>>().toBeAny()
})

test('a run is typed by its workflow', () => {
  const run = startWorkflow(worker, order, { id: 'o-1' }, { runId: 'o-1' })
  expectTypeOf(run).resolves.toEqualTypeOf<RunHandle<typeof order>>()
  const handle = workflowRun(worker, order, 'o-1')
  expectTypeOf(handle.result()).resolves.toEqualTypeOf<{ at: Date }>()
  void handle.signal(payment, { amount: '20' }, { key: 'o-1' })
  // @ts-expect-error senders give what the schema takes
  void handle.signal(payment, { amount: 20 })
  void handle.retry({ from: 'mail' })
  expectTypeOf(heldRuns(worker, order)).resolves.items.toHaveProperty('runId')
  // @ts-expect-error the id is missing
  void startWorkflow(worker, order, {})
  // @ts-expect-error there is no such option
  void startWorkflow(worker, order, { id: 'o-1' }, { id: 'o-1' })
  // @ts-expect-error a workflow of other code has to be made by defineWorkflow
  serveWorkflow(worker, { id: 'order' })
  // @ts-expect-error a duration is a text or a number
  serveWorkflow(worker, order, { lease: true })
})

test('a history is replayed against a workflow', async () => {
  const history = await workflowRun(worker, order, 'o-1').history()
  expectTypeOf((await replay(history, order)).state).toExtend<string>()
})

export async function steps(flow: Flow): Promise<void> {
  expectTypeOf(flow.step('a', () => 1)).resolves.toEqualTypeOf<number>()
  expectTypeOf(
    flow.step('b', async ({ attempt, signal }) => ({ attempt, isOver: signal.aborted })),
  ).resolves.toEqualTypeOf<{
    attempt: number
    isOver: boolean
  }>()
  await flow.step('c', () => ({ shelf: 7 }), {
    retry: { attempts: 5, backoff: '1s..1m' },
    undo: (stock, { idempotencyKey }) => [stock.shelf.toFixed(), idempotencyKey.trim()],
  })
  // @ts-expect-error the undo of a step takes its result
  await flow.step('d', () => 1, { undo: (text: string) => text })
  // @ts-expect-error there is no such option
  await flow.step('e', () => 1, { retries: 3 })
  // @ts-expect-error a step has a name
  await flow.step(() => 1)
  await flow.sleep(new Date())
  // @ts-expect-error neither a duration nor a date
  await flow.sleep({ hours: 1 })
}

export function waits(flow: Flow): void {
  expectTypeOf(flow.waitFor(payment)).resolves.toEqualTypeOf<{ amount: number }>()
  expectTypeOf(flow.waitFor(payment, { key: 'o-1' })).resolves.toEqualTypeOf<{ amount: number }>()
  expectTypeOf(flow.waitFor(payment, { timeout: '3d' })).resolves.toEqualTypeOf<{ amount: number } | undefined>()
  expectTypeOf(flow.waitFor(bare)).resolves.toBeAny()
  // @ts-expect-error a signal is declared with defineSignal
  void flow.waitFor('payment')
}

export function calls(flow: Flow): void {
  expectTypeOf(flow.call(add, { a: 1 })).resolves.toEqualTypeOf<{ sum: number }>()
  expectTypeOf(flow.call('math::add', { a: 1 })).resolves.toBeUnknown()
  expectTypeOf(flow.call<number>('math::one')).resolves.toEqualTypeOf<number>()
  // @ts-expect-error the payload is not what the contract takes
  void flow.call(add, { a: '1' })
  expectTypeOf(flow.run(order, { id: 'o-2' }, { runId: 'o-2' })).resolves.toEqualTypeOf<{ at: Date }>()
  // @ts-expect-error the input is not what the child takes
  void flow.run(order, { id: 2 })
}

export function branches(flow: Flow): void {
  const named = flow.all({ sum: () => flow.call(add, { a: 1 }), mail: () => flow.step('mail', () => 'sent') })
  expectTypeOf(named).resolves.toEqualTypeOf<{ sum: { sum: number }; mail: string }>()
  const pair = flow.all([() => flow.step('x', () => 1), () => 'y'])
  expectTypeOf(pair).resolves.toEqualTypeOf<[number, string]>()
  const list = flow.all(['a', 'b'].map((name) => () => flow.step(name, () => name.length)))
  expectTypeOf(list).resolves.toEqualTypeOf<number[]>()
  // @ts-expect-error branches are functions
  void flow.all([flow.step('z', () => 1)])
}

export function journaledValues(flow: Flow): void {
  expectTypeOf(flow.now()).resolves.toEqualTypeOf<number>()
  expectTypeOf(flow.random()).resolves.toEqualTypeOf<number>()
  expectTypeOf(flow.uuid()).resolves.toEqualTypeOf<string>()
  expectTypeOf(flow.patched('p')).resolves.toEqualTypeOf<boolean>()
  expectTypeOf(flow.continueAs({ month: 2 })).resolves.toBeNever()
}
