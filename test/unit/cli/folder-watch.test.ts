import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { FolderWatch } from '../../../src/engine/builtins/exec/folder-watch.js'
import { temporaryFolder } from '../../kit/temporary-folder.js'

async function watched() {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'lib'))
  await mkdir(join(folder, 'node_modules'))
  const changes: string[] = []
  const watch = new FolderWatch(folder, {
    ignored: ['generated/*', '*.gen.ts'],
    onChange: (files) => changes.push(files.map((file) => basename(file)).join()),
  })
  onTestFinished(() => {
    watch.close()
  })
  return { folder, changes, watch, write: (name: string) => writeFile(join(folder, name), String(Math.random())) }
}

/** Longer than the watch waits for quiet. */
const QUIET_MS = 300

test('a change to code is reported once, even after several writes', async () => {
  const { changes, write } = await watched()
  await write('worker.ts')
  await write('worker.ts')
  await write('other.mjs')
  await expect.poll(() => changes).toHaveLength(1)
  // eslint-disable-next-line local/real-time -- a report that must not come would take this long
  await delay(QUIET_MS)
  expect(changes).toEqual(['worker.ts,other.mjs'])
})

test('code in subfolders is watched, in new ones too', async () => {
  const { folder, changes, write } = await watched()
  await write('lib/helper.ts')
  await expect.poll(() => changes).toEqual(['helper.ts'])
  await mkdir(join(folder, 'fresh'))
  // eslint-disable-next-line local/real-time -- the system watches a new folder a little later
  await delay(50)
  await write('fresh/new.ts')
  await expect.poll(() => changes.at(-1)).toMatch(/new\.ts|fresh/)
})

test('files that are not code, installed, hidden, ignored or of editors are skipped', async () => {
  const { folder, changes, write } = await watched()
  await mkdir(join(folder, '.cache'))
  await mkdir(join(folder, 'generated'))
  // eslint-disable-next-line local/real-time -- the system watches a new folder a little later
  await delay(50)
  await write('generated/types.ts')
  await write('lib/api.gen.ts')
  await write('.#worker.ts')
  await write('.worker.ts.swp')
  await write('worker.ts~')
  await write('.eslintrc.js')
  await write('data.json')
  await write('notes.txt')
  await write('node_modules/a.js')
  await write('.cache/b.js')
  // eslint-disable-next-line local/real-time -- a report that must not come would take this long
  await delay(QUIET_MS)
  expect(changes).toEqual([])
})

test('package.json is watched, because it decides the module kind of the worker', async () => {
  const { changes, write } = await watched()
  await write('package.json')
  await expect.poll(() => changes).toEqual(['package.json'])
})

test('a deleted folder is ignored, and nothing is reported after close', async () => {
  const { folder, changes, watch, write } = await watched()
  await rm(join(folder, 'lib'), { recursive: true })
  await write('worker.ts')
  await expect.poll(() => changes).toContain('worker.ts')
  const before = changes.length
  watch.close()
  await write('worker.ts')
  // eslint-disable-next-line local/real-time -- a report that must not come would take this long
  await delay(QUIET_MS)
  expect(changes).toHaveLength(before)
})
