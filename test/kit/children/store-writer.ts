/**
 * Writes to a durable store until the process is killed. For every write it prints one line before it and one after the
 * store has acknowledged it, so the test knows which writes must be found afterwards.
 * Started as: store-writer <directory> <seed> <first write number>
 */
import { writeSync } from 'node:fs'
import { openLevelStore } from '../../../src/engine/storage/level-store.js'
import type { Write } from '../../../src/engine/storage/store.js'
import { seededRandom } from '../seeded-random.js'

/** Keys written to, each in the spaces `left` and `right` at once. */
export const WRITER_KEYS = Array.from({ length: 20 }, (_, index) => `key-${index}`)
const PARALLEL_WRITERS = 8

/** Both halves of one atomic batch. Every fifth write deletes. */
function batchOf(number: number, key: string): Write[] {
  return ['left', 'right'].map((space) =>
    number % 5 === 0
      ? { kind: 'delete', space, key }
      : { kind: 'put', space, key, value: { number, filler: 'x'.repeat(number % 3000) } },
  )
}

/** Writes a whole line. Retries while the pipe is full because the reader is behind. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`)
      return
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EAGAIN') throw error
    }
  }
}

async function main(directory: string, seed: number, first: number): Promise<void> {
  const store = await openLevelStore(directory, { maxValueBytes: 1e6, maxTotalBytes: 1e9 })
  const random = seededRandom(seed)
  let next = first
  const writeOnAndOn = async (): Promise<void> => {
    while (true) {
      const number = next++
      const key = random.pick(WRITER_KEYS)
      say(`started ${number} ${key}`)
      await store.write(batchOf(number, key))
      say(`kept ${number} ${key}`)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_WRITERS }, writeOnAndOn))
}

const [, program = '', directory, seed, first] = process.argv
// When imported for its constants, it writes nothing.
if (/store-writer\.[jt]s$/.test(program)) await main(directory!, Number(seed), Number(first))
