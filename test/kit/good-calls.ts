/** Checks that a client still works after hostile input. */
import { expect } from 'vitest'
import { outcomeOf, type WorkerRig } from './worker-rig.js'

/** Registers the function that `expectGoodCalls` invokes. */
export function serveGood({ worker }: WorkerRig): void {
  worker.registerFunction('good', (data: unknown) => data)
}

/** Checks that the client still serves and calls. */
export async function expectGoodCalls(rig: WorkerRig): Promise<void> {
  const invoked = rig.link.invoke('good', { n: 1 })
  const call = rig.worker.trigger({ function_id: 'f', payload: 1 })
  await rig.settle()
  expect(rig.link.resultOf(invoked)).toMatchObject({ result: { n: 1 } })
  rig.link.answer(rig.link.calls.at(-1)!, { result: 'fine' })
  expect(await outcomeOf(call)).toEqual({ value: 'fine' })
}

/** Checks that the client still registers, serves and calls, and that all frames it sent are readable. */
export async function expectUnharmed(rig: WorkerRig): Promise<void> {
  serveGood(rig)
  await expectGoodCalls(rig)
  expect(rig.link.unreadable).toEqual([])
}
