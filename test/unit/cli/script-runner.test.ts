import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runnerArguments } from '../../../src/cli/dev/script-runner.js'
import { temporaryFolder } from '../../kit/temporary-folder.js'

const bare = { version: 'v20.20.2', stripsTypes: false, canStripTypes: false }

test.each(['worker.js', 'worker.mjs', 'worker.cjs'])('JavaScript runs as it is: %s', (name) => {
  expect(runnerArguments(`/app/${name}`, bare)).toEqual([`/app/${name}`])
})

test('TypeScript runs through tsx where that is installed beside the worker', () => {
  const file = fileURLToPath(import.meta.url)
  const [flag, loader, script] = runnerArguments(file, bare)
  expect([flag, script]).toEqual(['--import', file])
  expect(loader).toMatch(/^file:.*\/tsx\/.*loader\.mjs$/)
})

test('without tsx, Node strips the types where it can', async () => {
  const file = join(await temporaryFolder(), 'worker.ts')
  expect(runnerArguments(file, { ...bare, stripsTypes: true, canStripTypes: true })).toEqual([file])
  expect(runnerArguments(file, { ...bare, canStripTypes: true })).toEqual(['--experimental-strip-types', file])
})

test('without either runner, the error names what to install', async () => {
  const file = join(await temporaryFolder(), 'worker.ts')
  expect(() => runnerArguments(file, bare)).toThrow(/v20\.20\.2.*npm install --save-dev tsx.*22\.18/)
})

test('another kind of file is refused', () => {
  expect(() => runnerArguments('/app/worker.py', bare)).toThrow(/worker\.py.*must end in \.ts/)
})

test('a tsx of the project is found from a folder below', async () => {
  const folder = await temporaryFolder()
  const tsx = join(folder, 'node_modules', 'tsx')
  await mkdir(tsx, { recursive: true })
  await writeFile(join(tsx, 'package.json'), '{"name":"tsx","exports":"./loader.mjs"}')
  await writeFile(join(tsx, 'loader.mjs'), '')
  expect(runnerArguments(join(folder, 'src', 'worker.ts'), bare)[1]).toMatch(/node_modules\/tsx\/loader\.mjs$/)
})
