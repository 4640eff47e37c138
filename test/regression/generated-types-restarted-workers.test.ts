import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startTypesWriter } from '../../src/cli/dev/types-writer.js'
import { FolderWatch } from '../../src/engine/builtins/exec/folder-watch.js'
import { engineRig } from '../kit/engine-rig.js'
import type { RawWorker } from '../kit/raw-worker.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

test('the file that dev --types writes, and declaration files, are no changes of code', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'other'))
  const changes: string[] = []
  const generated = join(folder, 'types.ts')
  const watch = new FolderWatch(folder, { ignoredFile: generated, onChange: (files) => changes.push(...files) })
  onTestFinished(() => {
    watch.close()
  })
  const files = ['worker.ts', 'iii.d.ts', 'iii.d.cts', 'types.ts'].map((name) => join(folder, name))
  for (const file of files) await writeFile(file, 'changed')
  await vi.waitFor(() => expect(changes).toEqual([join(folder, 'worker.ts')]))
  // A file of the same name elsewhere is code.
  await writeFile(join(folder, 'other', 'types.ts'), 'changed')
  await vi.waitFor(() => expect(changes).toEqual([join(folder, 'worker.ts'), join(folder, 'other', 'types.ts')]))
})

/** An engine whose types are written, and the files in the order in which they were written. */
async function writtenTypes() {
  const rig = await engineRig()
  const { engine, clock } = rig
  const file = join(await temporaryFolder(), 'iii.d.ts')
  const texts: string[] = []
  const writer = startTypesWriter(engine, file, { clock, emit: () => void texts.push(readFileSync(file, 'utf8')) })
  onTestFinished(() => writer.end())
  await rig.settle()
  const joined = async (name: string, ...ids: readonly string[]): Promise<RawWorker> => {
    const joining = await rig.worker({ name })
    joining.register(...ids)
    await clock.advance(1_000)
    return joining
  }
  const written = (count: number): Promise<void> => vi.waitFor(() => expect(texts).toHaveLength(count))
  return { clock, joined, texts, writer, written }
}

test('the restart of two workers does not take the functions of either out of the types', async () => {
  const { clock, joined, texts, writer, written } = await writtenTypes()
  const first = await joined('first', 'one')
  await written(1)
  const second = await joined('second', 'two')
  await written(2)

  const release = writer.hold()
  first.transport.terminate()
  second.transport.terminate()
  await joined('first', 'one')
  writer.changed()
  await clock.advance(1_000)
  await joined('second', 'two', 'three')
  release()
  await clock.advance(1_000)
  await written(3)
  expect(texts.map((text) => text.match(/^ {2}(one|two|three): /gm)?.length)).toEqual([1, 2, 3])
})

test('functions that a worker registers long after it has connected reach the types', async () => {
  const { clock, joined, texts, written } = await writtenTypes()
  const late = await joined('late', 'early')
  await written(1)
  late.register('much_later')
  await clock.advance(6_000)
  await written(2)
  expect(texts[1]).toContain('  much_later: {\n')
})
