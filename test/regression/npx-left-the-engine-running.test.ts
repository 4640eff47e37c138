/** `npx` and its shell die of a SIGTERM without passing it on: the engine they ran went on and kept its ports. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Child } from '../kit/child.js'
import { compiledFile } from '../kit/compiled-project.js'
import { isAlive } from '../kit/dev-project.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

/** Holds up the module of the command while it is loaded, and says so. */
const SLOW_COMMAND = `
  import { writeSync } from 'node:fs'
  export async function load(url, context, next) {
    if (/engine-[^/]*\\.js$/.test(url)) {
      writeSync(1, 'loading the command\\n')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    return next(url, context)
  }`
const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`
const SLOW_START = moduleOf(
  `import { register } from 'node:module'; register(${JSON.stringify(moduleOf(SLOW_COMMAND))})`,
).replaceAll("'", '%27')

test.each([
  ['npx', ['iii-node', 'engine'], /Press Ctrl-C/],
  ['npm', ['start'], /Press Ctrl-C/],
  ['npx', ['iii-node', 'engine'], /loading the command/],
])('SIGTERM to `%s %j` after "%s" ends the engine', { timeout: 60_000 }, async (command, args, said) => {
  const folder = await temporaryFolder()
  const bin = join(folder, 'node_modules', '.bin')
  await mkdir(bin, { recursive: true })
  const main = compiledFile('src/cli/main.ts')
  // The engine's own process tells its id, since those in between are not the test's to know.
  const script = `#!/bin/sh
echo "engine process $$"
exec "${process.execPath}" --import '${SLOW_START}' ${main} engine --port 0 --http-port 0 --stream-port 0
`
  await writeFile(join(bin, 'iii-node'), script)
  await chmod(join(bin, 'iii-node'), 0o755)
  await writeFile(join(folder, 'package.json'), '{ "name": "shop", "scripts": { "start": "iii-node engine" } }')
  const child = new Child(command, args, { cwd: folder })
  const [, pid] = await child.says(/engine process (\d+)/)
  await child.says(said)
  expect(isAlive(Number(pid))).toBe(true)
  child.process.kill('SIGTERM')
  await expect.poll(() => isAlive(Number(pid)), { timeout: 10_000 }).toBe(false)
})
