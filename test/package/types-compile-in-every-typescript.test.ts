import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../kit/temporary-folder.js'

const nightly = process.env['TIER'] === 'nightly'
const compilers = ['oldest', 'newest'] as const
const strictest = { module: 'nodenext', exactOptionalPropertyTypes: true } as const
const looser = { module: 'nodenext', exactOptionalPropertyTypes: false } as const
const bundler = { module: 'esnext', moduleResolution: 'bundler' } as const

function compilerOf(version: (typeof compilers)[number]): string {
  const require = createRequire(resolve(`test/package/compilers/${version}/package.json`))
  return join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
}

/** A project of its own that has this package installed, as users have it: without its sources and its path aliases. */
async function consumer(options: object, packageType: 'module' | 'commonjs'): Promise<string> {
  const folder = await temporaryFolder()
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  symlinkSync(realpathSync('.'), join(folder, 'node_modules', 'iii-node'))
  symlinkSync(realpathSync('node_modules/@types/node'), join(folder, 'node_modules', '@types', 'node'))
  cpSync('test/package/consumer/main.ts', join(folder, 'main.ts'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: packageType }))
  // The package's declarations are compiled too: an error in them would turn types into any without a word.
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022'], types: ['node'], strict: true, noEmit: true, skipLibCheck: false },
    ...options,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }))
  return folder
}

for (const version of compilers) {
  // The oldest takes seconds for each: the looser settings are left to the nightly run.
  for (const options of version === 'newest' || nightly ? [strictest, looser, bundler] : [strictest, bundler]) {
    const kinds = options.module === 'nodenext' ? (['module', 'commonjs'] as const) : (['module'] as const)
    test.each(kinds)(
      `a program of this package compiles in the ${version} TypeScript (${JSON.stringify(options)}, %s)`,
      { timeout: 120_000 },
      async (kind) => {
        const folder = await consumer(options, kind)
        const compiled = spawnSync(process.execPath, [compilerOf(version), '-p', folder], {
          encoding: 'utf8',
          timeout: 110_000,
        })
        expect(compiled.stdout + compiled.stderr).toBe('')
        expect(compiled.status).toBe(0)
      },
    )
  }
}
