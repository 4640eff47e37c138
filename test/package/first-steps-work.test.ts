/** Follows the first page of the documentation in a new folder, with the built package. */
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Child } from '../kit/child.js'
import { FREE_PORTS } from '../kit/cli.js'
import { codeBlocks } from '../kit/documents.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

const CLI = resolve('dist/cli.js')

test.each(['README.md', 'docs/guide/getting-started.md'])(
  'the worker of %s answers a request and a call in a folder made by npm',
  { timeout: 60_000 },
  async (page) => {
    const cwd = await temporaryFolder()
    for (const args of ['init -y', 'pkg set type=module']) {
      const npm = new Child('npm', args.split(' '), { cwd })
      expect(await npm.exit(30_000), npm.output).toEqual({ code: 0, signal: null })
    }
    mkdirSync(join(cwd, 'node_modules'))
    symlinkSync(realpathSync('.'), join(cwd, 'node_modules', 'iii-node'))
    symlinkSync(realpathSync('node_modules/tsx'), join(cwd, 'node_modules', 'tsx'))
    const worker = codeBlocks(page).find(({ language }) => language === 'ts')!
    writeFileSync(join(cwd, 'worker.ts'), worker.code)

    const dev = new Child(process.execPath, [CLI, 'dev', 'worker.ts', ...FREE_PORTS], { cwd })
    const [, url = ''] = await dev.says(/workers +(\S+)/)
    const [, route = ''] = await dev.says(/routes +GET +(\S+) → greet::http/)
    const response = await fetch(route.replace(':name', 'Ada'))
    expect(await response.json()).toEqual({ message: 'Hello, Ada!' })
    const call = new Child(process.execPath, [CLI, 'call', 'greet', 'name=Ada', '--url', url], { cwd })
    expect(await call.exit(30_000), call.output).toEqual({ code: 0, signal: null })
    expect(JSON.parse(call.stdout)).toEqual({ message: 'Hello, Ada!' })
    expect(await dev.stop('SIGINT')).toEqual({ code: 0, signal: null })
  },
)
