import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { expect, test } from 'vitest'
import { openLevelStore } from '../../../../src/engine/storage/level-store.js'
import type { Store } from '../../../../src/engine/storage/store.js'
import { seededRandom, type SeededRandom } from '../../../kit/seeded-random.js'
import { WRITER_KEYS } from '../../../kit/children/store-writer.js'
import { temporaryFolder } from '../../../kit/temporary-folder.js'
import { childCommand } from '../../../kit/compiled-project.js'

const limits = { maxValueBytes: 1e6, maxTotalBytes: 1e9 }
const rounds = Number(process.env['KILL_ROUNDS'] ?? (process.env['TIER'] === 'nightly' ? 1000 : 20))

test('a store opened again has every value, in the same order', async () => {
  const directory = join(await temporaryFolder(), 'made', 'on', 'the', 'way')
  const first = await openLevelStore(directory, limits)
  for (const key of ['c', 'a', 'b']) await first.write([{ kind: 'put', space: 's\n', key, value: `${key}\n` }])
  await first.write([{ kind: 'delete', space: 's\n', key: 'a' }])
  await first.close()

  const second = await openLevelStore(directory, limits)
  await second.write([{ kind: 'put', space: 's\n', key: 'a', value: 1 }])
  await second.write([{ kind: 'put', space: 's\n', key: 'c', value: 2 }])
  await second.close()

  const third = await openLevelStore(directory, limits)
  expect([...third.entries('s\n')]).toEqual([
    ['c', 2],
    ['b', 'b\n'],
    ['a', 1],
  ])
  await third.close()
})

test('closing keeps the writes in progress', async () => {
  const directory = await temporaryFolder()
  const store = await openLevelStore(directory, limits)
  const written = Array.from({ length: 500 }, (_, index) =>
    store.write([{ kind: 'put', space: 's', key: String(index), value: index }]),
  )
  await store.close()
  await Promise.all(written)
  const again = await openLevelStore(directory, limits)
  expect([...again.entries('s')]).toHaveLength(500)
  await again.close()
})

test('a directory that is held, is a file, or belongs to something else is refused by name', async () => {
  const folder = await temporaryFolder()
  const held = await openLevelStore(join(folder, 'held'), limits)
  const refusal = (reason: RegExp) => ({ code: 'INVALID_CONFIG', message: expect.stringMatching(reason) as string })
  await expect(openLevelStore(join(folder, 'held'), limits)).rejects.toMatchObject(
    refusal(/another process .* holds it/),
  )
  await held.close()

  await writeFile(join(folder, 'file'), 'text')
  await expect(openLevelStore(join(folder, 'file'), limits)).rejects.toMatchObject(refusal(/cannot be opened/))

  const foreign = new ClassicLevel(join(folder, 'foreign'))
  await foreign.put('a', 'b')
  await foreign.close()
  await expect(openLevelStore(join(folder, 'foreign'), limits)).rejects.toMatchObject(refusal(/does not contain/))
})

test(
  'writes that the disk is far behind with are refused, and earlier ones are kept',
  { timeout: 60_000 },
  async () => {
    const counters = { refused: { writes: 0 } }
    const store = await openLevelStore(await temporaryFolder(), { ...limits, counters })
    const put = (index: number): Promise<void> =>
      store.write([{ kind: 'put', space: 's', key: String(index), value: 1 }])
    const first = put(0)
    const waiting = Array.from({ length: 100_000 }, (_, index) => put(index))
    await expect(put(0)).rejects.toMatchObject({ reason: 'busy' })
    expect(counters.refused.writes).toBe(1)
    await first
    await Promise.all(waiting)
    await put(0)
    await store.close()
  },
)

test(
  `a process killed at any moment loses no acknowledged write (${rounds} rounds)`,
  { timeout: 3_600_000 },
  async () => {
    const directory = await temporaryFolder()
    const random = seededRandom(7)
    let next = 1
    let found: ReadonlyMap<string, number> = new Map()
    for (let round = 1; round <= rounds; round += 1) {
      const log = await writeUntilKilled(directory, random, next)
      next = log.last + 1
      const store = await openLevelStore(directory, limits)
      found = check(store, log, found)
      await store.close()
    }
  },
)

interface WriterLog {
  /** Numbers of the writes that were started, by key, in their order. */
  readonly started: ReadonlyMap<string, readonly number[]>
  /** Number of the last acknowledged write, by key. */
  readonly kept: ReadonlyMap<string, number>
  readonly last: number
}

async function writeUntilKilled(directory: string, random: SeededRandom, first: number): Promise<WriterLog> {
  const [command = '', ...program] = childCommand('store-writer')
  const args = [...program, directory, String(first), String(first)]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const started = new Map<string, number[]>()
  const kept = new Map<string, number>()
  let last = first
  // A number of acknowledgements, not a time: the kill falls among writes however busy the machine is.
  let linesLeft = 1 + random.below(400)
  for await (const line of createInterface(child.stdout)) {
    const [event, number, key] = line.split(' ') as [string, string, string]
    last = Math.max(last, Number(number))
    if (event === 'started') started.set(key, [...(started.get(key) ?? []), Number(number)])
    else kept.set(key, Math.max(kept.get(key) ?? 0, Number(number)))
    if (--linesLeft === 0) child.kill('SIGKILL')
  }
  expect(linesLeft, 'the writer ended by itself').toBeLessThanOrEqual(0)
  return { started, kept, last }
}

/** Every key must show its last acknowledged write or a later one that had started, in both halves of the batch. */
function check(store: Store, log: WriterLog, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const key of WRITER_KEYS) {
    const [left, right] = ['left', 'right'].map((space) => store.get(space, key) as { number: number } | undefined)
    expect(left).toEqual(right)
    const floor = log.kept.get(key) ?? before.get(key) ?? 0
    const later = (log.started.get(key) ?? []).filter((number) => number > floor)
    const possible = [floor, ...later].map((number) => (number % 5 === 0 ? undefined : number))
    expect(possible, `${key} after write ${floor}`).toContain(left?.number)
    // A delete leaves no number to find; the last one possible stands for it.
    found.set(key, left?.number ?? [floor, ...later].findLast((number) => number % 5 === 0) ?? 0)
  }
  return found
}
