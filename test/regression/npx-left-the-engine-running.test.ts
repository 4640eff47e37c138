/** `npx` and its shell die of a SIGTERM without passing it on: the engine they ran went on and kept its ports. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Child } from '../kit/child.js'
import { compiledFile } from '../kit/compiled-project.js'
import { isAlive } from '../kit/dev-project.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

test.each([
  ['npx', ['iii-node', 'engine']],
  ['npm', ['start']],
])('SIGTERM to `%s %j` ends the engine', { timeout: 60_000 }, async (command, args) => {
  const folder = await temporaryFolder()
  const bin = join(folder, 'node_modules', '.bin')
  await mkdir(bin, { recursive: true })
  const main = compiledFile('src/cli/main.ts')
  // The engine's own process tells its id, since those in between are not the test's to know.
  const script = `#!/bin/sh
echo "engine process $$"
exec "${process.execPath}" ${main} engine --port 0 --http-port 0 --stream-port 0
`
  await writeFile(join(bin, 'iii-node'), script)
  await chmod(join(bin, 'iii-node'), 0o755)
  await writeFile(join(folder, 'package.json'), '{ "name": "shop", "scripts": { "start": "iii-node engine" } }')
  const child = new Child(command, args, { cwd: folder })
  const [, pid] = await child.says(/engine process (\d+)/)
  await child.says(/Press Ctrl-C/)
  expect(isAlive(Number(pid))).toBe(true)
  child.process.kill('SIGTERM')
  await expect.poll(() => isAlive(Number(pid)), { timeout: 10_000 }).toBe(false)
})
