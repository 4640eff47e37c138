/**
 * R50: faults of the disk under a durable store. Acknowledged values are there, or the start is refused with how much
 * is missing; a write the disk refuses is reverted, and the store goes on by itself once the disk does.
 */
import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openLevelStore, type LevelStoreOptions } from '../../src/engine/storage/level-store.js'
import type { Store } from '../../src/engine/storage/store.js'
import { seededRandom } from '../kit/seeded-random.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

const limits = { maxValueBytes: 1e7, maxTotalBytes: 1e9 }
const VALUES = 300

let sound: string
afterAll(() => rm(sound, { recursive: true }))
beforeAll(async () => {
  sound = await mkdtemp(join(tmpdir(), 'iii-node-'))
  const first = await openLevelStore(sound, limits)
  for (let n = 0; n < VALUES / 2; n += 1) await put(first, n)
  await first.close()
  // Opened again, the first half is in a table and the second half in a log.
  const second = await openLevelStore(sound, limits)
  await Promise.all(Array.from({ length: VALUES / 2 }, (_, n) => put(second, VALUES / 2 + n)))
  await put(second, 0)
  await second.close()
})

async function put(store: Store, n: number): Promise<void> {
  await store.write([{ kind: 'put', space: 's', key: `key-${n}`, value: { n, text: 'x'.repeat(500 + n) } }])
}

async function copy(): Promise<string> {
  const folder = await temporaryFolder()
  await cp(sound, folder, { recursive: true })
  return folder
}

const files = async (folder: string, ending: RegExp): Promise<string[]> =>
  (await readdir(folder)).filter((name) => ending.test(name)).map((name) => join(folder, name))

/** The values, or the refusal to start. */
async function startOf(folder: string, options?: LevelStoreOptions): Promise<unknown> {
  try {
    const store = await openLevelStore(folder, limits, options)
    const values = [...store.entries('s')].map(([, value]) => value)
    await store.close()
    return values
  } catch (error) {
    return error
  }
}

const whole = Array.from({ length: VALUES }, (_, n) => ({ n, text: 'x'.repeat(500 + n) }))
const refusal = { code: 'STORE_DAMAGED', message: expect.stringContaining('--repair') as string }

describe('a store that lost something', () => {
  test('an undamaged store opens with all its values', async () => {
    expect(await startOf(await copy())).toEqual(whole)
  })

  test('one flipped byte, anywhere, is reported or harmless, and never changes a value silently', async () => {
    const random = seededRandom(50)
    const outcomes = { refused: 0, harmless: 0 }
    for (let round = 0; round < 60; round += 1) {
      const folder = await copy()
      const file = random.pick(await files(folder, /\.(log|ldb)$|^(MANIFEST|CURRENT|acknowledged)/))
      const bytes = await readFile(file)
      const at = random.below(bytes.length)
      bytes[at] = bytes[at]! ^ (1 << random.below(8))
      await writeFile(file, bytes)
      const outcome = await startOf(folder)
      if (outcome instanceof Error) expect(outcome, `${file} at ${at}`).toMatchObject(refusal)
      else expect(outcome, `${file} at ${at}`).toEqual(whole)
      outcomes[outcome instanceof Error ? 'refused' : 'harmless'] += 1
    }
    expect(outcomes.refused).toBeGreaterThan(20)
  }, 60_000)

  test('a flipped byte in the log is reported with the number of values that remain', async () => {
    const folder = await copy()
    const [log] = await files(folder, /\.log$/)
    const bytes = await readFile(log!)
    bytes[1_000] = bytes[1_000]! ^ 1
    await writeFile(log!, bytes)
    expect(await startOf(folder)).toMatchObject({ message: expect.stringMatching(/holds \d+ of 300 values/) as string })
    // The refusal changes nothing, so the next start refuses too.
    expect(await startOf(folder)).toMatchObject(refusal)
  })

  test.each([
    ['an emptied log', /\.log$/, 'truncate'],
    ['a missing log', /\.log$/, 'remove'],
    ['a missing table', /\.ldb$/, 'remove'],
    ['a missing manifest', /^MANIFEST/, 'remove'],
    ['a missing name of the manifest', /^CURRENT$/, 'remove'],
    ['a missing number of the last batch', /^acknowledged$/, 'remove'],
    ['an emptied number of the last batch', /^acknowledged$/, 'truncate'],
  ] as const)('%s is reported, and --repair keeps what can be read', async (_what, pattern, how) => {
    const folder = await copy()
    for (const file of await files(folder, pattern)) await (how === 'remove' ? rm(file) : truncate(file))
    expect(await startOf(folder)).toMatchObject(refusal)

    const lines: object[] = []
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: (fields: object) => lines.push(fields) }
    const repaired = await startOf(folder, { repair: true, log })
    expect(lines).toMatchObject([{ directory: folder, values: (repaired as unknown[]).length }])
    for (const value of repaired as { n: number }[]) expect(value).toEqual(whole[value.n])
    // A repaired store opens without a report from then on.
    expect(await startOf(folder)).toEqual(repaired)
  })

  test('a store from before totals were kept opens, and is checked from then on', async () => {
    const folder = await temporaryFolder()
    const old = new ClassicLevel(folder)
    await old.batch([
      { type: 'put', key: '!layout', value: 'iii-node store 1' },
      { type: 'put', key: '00000000000001', value: '["s","a"]\n1' },
    ])
    await old.close()
    expect(await startOf(folder)).toEqual([1])
    await rm(join(folder, 'acknowledged'))
    expect(await startOf(folder)).toMatchObject(refusal)
  })
})

describe('a disk that refuses writes', () => {
  interface Batches {
    mockRejectedValue(error: Error): void
    mockRejectedValueOnce(error: Error): void
    mockRestore(): void
  }
  const batches = (): Batches => vi.spyOn(ClassicLevel.prototype, 'batch' as never)

  test('a short refusal is retried: the write is kept', async () => {
    const folder = await temporaryFolder()
    const store = await openLevelStore(folder, limits)
    batches().mockRejectedValueOnce(new Error('EMFILE: too many open files'))
    await put(store, 1)
    await store.close()
    expect(await startOf(folder)).toEqual([whole[1]])
  })

  test('a lasting write error is logged and reverted, and ends once the disk accepts writes', async () => {
    const folder = await temporaryFolder()
    const errors: string[] = []
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: (_: object, line: string) => errors.push(line) }
    const store = await openLevelStore(folder, limits, { log })
    await store.write(['a', 'b', 'c'].map((key) => ({ kind: 'put', space: 's', key, value: `old ${key}` })))
    const batch = batches()
    batch.mockRejectedValue(new Error('ENOSPC: no space left on device'))

    const refused = [
      store.write([
        { kind: 'put', space: 's', key: 'a', value: 'new a' },
        { kind: 'delete', space: 's', key: 'b' },
        { kind: 'put', space: 's', key: 'd', value: 'new d' },
      ]),
      store.write([{ kind: 'put', space: 's', key: 'e', value: 'new e' }]),
    ]
    const results = await Promise.allSettled(refused)
    for (const result of results) {
      expect(result).toMatchObject({
        reason: { reason: 'failed', message: expect.stringContaining('ENOSPC') as string },
      })
    }
    expect(errors).toHaveLength(1)
    const before = [
      ['a', 'old a'],
      ['b', 'old b'],
      ['c', 'old c'],
    ]
    expect([...store.entries('s')]).toEqual(before)
    await expect(store.write([{ kind: 'delete', space: 's', key: 'c' }])).rejects.toMatchObject({ reason: 'failed' })

    batch.mockRestore()
    await vi.waitFor(() => store.write([{ kind: 'put', space: 's', key: 'f', value: 'new f' }]), {
      timeout: 5_000,
      interval: 50,
    })
    await store.close()
    expect(await startOf(folder)).toEqual(['old a', 'old b', 'old c', 'new f'])
  })

  test('a process out of file descriptors refuses, logs, and writes again when some are free', async () => {
    const folder = await temporaryFolder()
    // `ulimit` needs a shell; the child uses up its descriptors, writes enough for a new log file, and gives them back.
    const program = join(import.meta.dirname, '..', 'kit', 'children', 'store-without-descriptors.ts')
    const command = `ulimit -n 64 && exec "${process.execPath}" --import tsx "${program}" "${folder}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 60_000 })
    const lines = stdout.trim().split('\n')
    expect(lines, stderr).toContain('refused: failed')
    expect(lines.at(-1), stderr).toBe('written again')
    expect(lines.filter((line) => line.startsWith('logged: '))).toHaveLength(1)
    const kept = (await startOf(folder)) as unknown[]
    expect(kept.at(-1)).toBe('after')
    expect(kept).toHaveLength(1 + lines.filter((line) => line === 'kept').length)
  }, 60_000)
})
