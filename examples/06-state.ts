/**
 * Stores JSON values in the engine by scope and key. Update operations are atomic, so concurrent updates lose nothing.
 */
import { BuiltinTrigger, registerWorker, stateClient } from 'iii-node'
import type { StateEventData } from 'iii-node/state'
import { UpdateOp } from 'iii-node/stream'

interface Seats {
  readonly free: number
  readonly guests: readonly string[]
}

const worker = registerWorker()
const state = stateClient(worker)
const show = { scope: 'shows', key: 'tonight' }

// A state trigger runs its function after each change.
const soldOut = new Promise<void>((resolve) => {
  worker.registerFunction('shows::changed', ({ event_type, new_value }: StateEventData<Seats>) => {
    console.log(event_type, 'free:', new_value?.free)
    if (new_value?.free === 0) resolve()
  })
})
worker.registerTrigger(BuiltinTrigger.state('shows::changed', { scope: 'shows' }))
await worker.ready()

await state.set<Seats>({ ...show, value: { free: 5, guests: [] } })

// Five sales at the same time.
await Promise.all(
  ['ada', 'alan', 'grace', 'edsger', 'barbara'].map((guest) =>
    state.update({ ...show, ops: [UpdateOp.decrement('free', 1), UpdateOp.append(guest, 'guests')] }),
  ),
)
await soldOut
console.log('sold to', (await state.get<Seats>(show))?.guests)

// An operation that does not fit the value is skipped and reported; the others are applied.
const ops = [UpdateOp.increment('guests', 1), UpdateOp.remove('free')]
const updated = await state.update({ ...show, ops })
for (const { op_index, code } of updated?.errors ?? []) console.log('operation', op_index, 'failed:', code)

await state.delete(show)
console.log('after delete:', await state.get(show))

await worker.shutdownAsync()
