import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LargeUpdates } from '../../../../src/engine/storage/large-updates.js'
import type { Stored } from '../../../../src/engine/storage/store.js'
import { JsonText } from '../../../../src/wire/protocol/json-text.js'
import type { JsonValue } from '../../../../src/wire/protocol/validate.js'
import { systemClock } from '../../../../src/std/time/clock.js'
import { TickLane } from '../../../../src/std/time/tick-lane.js'
import type { UpdateOp } from '../../../../src/wire/updates/update-op.js'
import { applyUpdateOps } from '../../../../src/wire/updates/update-ops.js'

const name = fc.constantFrom('a', 'b', 'é"\\', '__proto__', '')
/** Without `-0`, which JSON text keeps as `0`. */
const value = fc.jsonValue({ maxDepth: 2 }).map((made) => JSON.parse(JSON.stringify(made)) as JsonValue)
const op = fc.oneof(
  fc.record({ type: fc.constant('set'), path: fc.tuple(name), value }),
  fc.record({ type: fc.constant('merge'), path: fc.constant([]), value: fc.dictionary(name, value, { maxKeys: 3 }) }),
  fc.record({ type: fc.constant('increment'), path: fc.tuple(name), by: fc.integer({ min: -9, max: 9 }) }),
  fc.record({ type: fc.constant('append'), path: fc.tuple(name), value }),
  fc.record({ type: fc.constant('remove'), path: fc.tuple(name) }),
) as fc.Arbitrary<UpdateOp>
const object = fc.dictionary(name, value, { maxKeys: 5 })
const space = fc.constantFrom('', ' ', '\n\t')

/** The text of an object, with white space between its tokens. */
const spaced = (members: Readonly<Record<string, JsonValue>>, gap: string): string =>
  `{${Object.entries(members)
    .map(([key, item]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(item)}${gap}`)
    .join(',')}}`

function storeOf(first: Stored) {
  const updates = new LargeUpdates(new TickLane(systemClock))
  let kept: Stored | undefined = first
  const write = (next: Stored): Promise<void> => {
    kept = next
    return Promise.resolve()
  }
  return {
    get kept() {
      return kept
    },
    write,
    update: (ops: readonly UpdateOp[]) => updates.apply(() => kept, ops, write),
  }
}

const valueOf = (stored: Stored | undefined): unknown =>
  stored instanceof JsonText ? (JSON.parse(stored.text) as unknown) : stored

test('updates of serialised text have the same result as updates of the value', async () => {
  const check = fc.asyncProperty(
    object,
    space,
    fc.array(fc.array(op, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
    async (members, gap, batches, areRepeated) => {
      const text = spaced(members, gap)
      const rounds = areRepeated ? [...batches, ...batches.map(() => batches[0] ?? [])] : batches
      const store = storeOf(new JsonText(text))
      const done = await Promise.all(rounds.map((ops) => store.update(ops)))
      let expected = JSON.parse(text) as JsonValue
      for (const [round, ops] of rounds.entries()) {
        const outcome = applyUpdateOps(expected, ops)
        expect(valueOf(done[round]?.oldValue)).toEqual(expected)
        expect(done[round]?.errors).toEqual(outcome.errors)
        expected = outcome.value
        expect(valueOf(done[round]?.value)).toEqual(expected)
      }
      expect(valueOf(store.kept)).toEqual(expected)
    },
  )
  await fc.assert(check, { numRuns: 500 })
})

test('increments that wait behind each other read a large value once', async () => {
  const large = `{"n":0,${Array.from({ length: 160_000 }, (_, index) => `"key${String(index)}":1`).join(',')}}`
  const store = storeOf(new JsonText(large))
  const increment: UpdateOp = { type: 'increment', path: ['n'], by: 1 }
  const before = process.cpuUsage()
  await store.update([increment])
  const one = process.cpuUsage(before)
  await Promise.all(Array.from({ length: 64 }, () => store.update([increment])))
  const all = process.cpuUsage(before)
  expect(store.kept).toMatchObject({ text: large.replace('"n":0', '"n":65') })
  // Each on its own they would take some 64 times as long as one.
  expect(all.user + all.system).toBeLessThan(20 * (one.user + one.system))
})

test('a value that is replaced while its text is read is read again', async () => {
  const store = storeOf(new JsonText(`{"n":1,"pad":"${'x'.repeat(300_000)}"}`))
  const updated = store.update([{ type: 'increment', path: ['n'], by: 1 }])
  await new Promise((resolve) => setImmediate(resolve))
  await store.write(new JsonText('{"n":10}'))
  expect(valueOf((await updated).value)).toEqual({ n: 11 })
})
