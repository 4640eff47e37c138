/**
 * State: JSON values in the engine, by scope and key. Operations change a value in one step, so that workers do not
 * overwrite each other; a trigger hears of each change.
 */
import { BuiltinTrigger, registerWorker, stateClient } from 'iii-node'
import type { StateEventData } from 'iii-node/state'
import { UpdateOp } from 'iii-node/stream'
import { createTestEngine } from 'iii-node/testing'

interface Seats {
  readonly free: number
  readonly guests: readonly string[]
}

const engine = await createTestEngine()
const box = registerWorker(engine.url, { workerName: 'box-office' })
const at = { scope: 'shows', key: 'tonight' }

const soldOut = new Promise<void>((resolve) => {
  box.registerFunction('shows::changed', ({ event_type, new_value }: StateEventData<Seats>) => {
    console.log(event_type, 'free:', new_value?.free)
    if (new_value?.free === 0) resolve()
  })
})
box.registerTrigger(BuiltinTrigger.state('shows::changed', { scope: 'shows' }))
await box.ready()

const state = stateClient(box)
await state.set<Seats>({ ...at, value: { free: 10, guests: [] } })

// Ten windows sell at the same time; no sale is lost.
const windows = Array.from({ length: 10 }, (_, n) => registerWorker(engine.url, { workerName: `window-${String(n)}` }))
await Promise.all(
  windows.map(async (window, n) => {
    const ops = [UpdateOp.decrement('free', 1), UpdateOp.append(`guest ${String(n)}`, 'guests')]
    await stateClient(window).update({ ...at, ops })
  }),
)
await soldOut
const seats = await state.get<Seats>(at)
console.log('guests:', seats?.guests.length)

// What does not fit is skipped and named; the rest is applied.
const odd = await state.update({ ...at, ops: [UpdateOp.increment('guests', 1), UpdateOp.remove('free')] })
for (const { op_index, code } of odd?.errors ?? []) console.log('operation', op_index, code)

await state.delete(at)
console.log('after the show:', await state.get(at))

await Promise.all([box, ...windows].map((worker) => worker.shutdownAsync()))
await engine.close()
