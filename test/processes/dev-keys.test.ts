/** The keys of `dev`, pressed on a pseudo-terminal, which `script` of util-linux provides. */
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Child } from '../kit/child.js'
import { FREE_PORTS } from '../kit/cli.js'
import { compiledFile } from '../kit/compiled-project.js'
import { devProject, workerCode } from '../kit/dev-project.js'

test('keys restart the worker, open the console, clear the screen and quit', { timeout: 60_000 }, async () => {
  const { folder, file, add } = await devProject(workerCode(1))
  // In place of the command that opens a browser.
  await add('bin/xdg-open', `#!/bin/sh\nprintf %s "$1" > '${join(folder, 'opened')}'\n`)
  await chmod(join(folder, 'bin', 'xdg-open'), 0o755)
  const command = [process.execPath, compiledFile('src/cli/main.ts'), 'dev', file, ...FREE_PORTS, '--console-port', '0']
  const child = new Child('script', ['-qefc', command.map((part) => `'${part}'`).join(' '), '/dev/null'], {
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
  })
  const press = (key: string): void => void child.process.stdin?.write(key)
  await child.says(/keys +r restart · o open console · c clear · q quit/)
  const [, url = ''] = await child.says(/console +(\S+)/)

  press('o')
  await expect.poll(() => readFile(join(folder, 'opened'), 'utf8').catch(() => ''), { timeout: 10_000 }).toBe(url)

  press('x')
  press('r')
  await child.says(/Restarting on request/)
  await child.says(/version 1 is ready[\s\S]*version 1 is ready/)

  press('c')
  await child.says(/\[2J/)

  press('q')
  expect(await child.exit()).toEqual({ code: 0, signal: null })
})

test('Ctrl-C, which is a key in this mode, quits as well', { timeout: 60_000 }, async () => {
  const { file } = await devProject(workerCode(1))
  const command = [process.execPath, compiledFile('src/cli/main.ts'), 'dev', file, ...FREE_PORTS, '--no-console']
  const child = new Child('script', ['-qefc', command.map((part) => `'${part}'`).join(' '), '/dev/null'], {
    env: { NO_COLOR: '1' },
  })
  await child.says(/GET +http\S+ → version/)
  await child.says(/keys +r restart · c clear · q quit/)
  child.process.stdin?.write('\u0003')
  expect(await child.exit()).toEqual({ code: 0, signal: null })
})
