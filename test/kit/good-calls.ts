/** Whether a client that was given something hostile is still of use. */
import { expect } from 'vitest'
import { outcomeOf, type WorkerRig } from './worker-rig.js'

/** Registers the function that `expectGoodCalls` invokes. */
export function serveGood({ worker }: WorkerRig): void {
  worker.registerFunction('good', (data: unknown) => data)
}

/** The client serves and calls as if nothing had happened. */
export async function expectGoodCalls(rig: WorkerRig): Promise<void> {
  const invoked = rig.link.invoke('good', { n: 1 })
  const call = rig.worker.trigger({ function_id: 'f', payload: 1 })
  await rig.settle()
  expect(rig.link.resultOf(invoked)).toMatchObject({ result: { n: 1 } })
  rig.link.answer(rig.link.calls.at(-1)!, { result: 'fine' })
  expect(await outcomeOf(call)).toEqual({ value: 'fine' })
}

/** The client registers, serves and calls as if nothing had happened, and all that it sent could be read. */
export async function expectUnharmed(rig: WorkerRig): Promise<void> {
  serveGood(rig)
  await expectGoodCalls(rig)
  expect(rig.link.unreadable).toEqual([])
}
