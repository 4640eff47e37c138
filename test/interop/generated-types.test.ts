import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import type {} from '../../scripts/setup-python.js'
import { runCommand } from '../kit/cli-terminal.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/local-rig.js'

const EXAMPLE = 'examples/python-prices'
const limit = { timeout: 60_000 }

/** Starts the Python worker of the example. */
function startPrices(url: string): void {
  const setup = inject('pythonSetup')
  if ('problem' in setup) throw new Error(setup.problem)
  const env = { ...process.env, III_URL: url }
  const child = spawn(setup.python, [join(EXAMPLE, 'prices.py')], { env, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
}

/** The errors of the compiler for a program in a folder. */
function errorsOf(folder: string, program: string): string {
  writeFileSync(join(folder, 'main.ts'), program)
  const tsc = realpathSync('test/package/compilers/newest/node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout
}

test('types of a Python worker make a typo a compile error', limit, async () => {
  const engine = await testEngine()
  startPrices(engine.url)
  const folder = await temporaryFolder()
  cpSync(EXAMPLE, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const file = join(folder, 'iii.d.ts')
  await vi.waitFor(
    async () => {
      await runCommand(['types', '--url', engine.url, '--out', file])
      expect(readFileSync(file, 'utf8')).toContain("  'prices::quote': {\n")
    },
    { timeout: 20_000, interval: 100 },
  )
  expect(readFileSync(file, 'utf8')).toContain(
    [
      '  /** The price of an article */',
      "  'prices::quote': {",
      '    input: {',
      '      /** The article */',
      '      sku: string',
      '      /** @default 1 */',
      '      quantity?: number | undefined',
      '    }',
      '    output: {',
      '      cents: number',
      '      currency: string',
      '    }',
      '  }',
    ].join('\n'),
  )

  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  symlinkSync(realpathSync('node_modules/@types/node'), join(folder, 'node_modules', '@types', 'node'))
  const settings = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8')) as { compilerOptions: object }
  // The sources in place of an installed package: these tests need no build.
  const paths = { 'iii-node': [realpathSync('src/index.ts')] }
  const root = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as { compilerOptions: object }
  const compilerOptions = {
    ...root.compilerOptions,
    ...settings.compilerOptions,
    paths,
    typeRoots: ['node_modules/@types'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...settings, compilerOptions }))
  const program = readFileSync(join(EXAMPLE, 'main.ts'), 'utf8')
  expect(errorsOf(folder, program)).toBe('')
  expect(errorsOf(folder, program.replace('quantity: 2', 'quantty: 2'))).toMatch(
    /the payload does not fit the declared function.*prices::quote/,
  )
  expect(errorsOf(folder, program.replace('price.cents', 'price.cent'))).toMatch(/'cent' does not exist/)
})
