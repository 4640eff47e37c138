/** Lists the modules that an import or require loads, in a separate process. Uses the built package. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs in Node's loader: writes down the address of each module. What CommonJS requires shows in its cache instead. */
const HOOKS = `
  import { writeSync } from 'node:fs'
  export async function load(url, context, next) {
    writeSync(1, url + '\\n')
    return next(url, context)
  }`

const CACHE = `for (const file of Object.keys(cache)) console.log('file://' + file)`

const SOURCES = {
  import: (name: string): string => `
    import { createRequire, register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(HOOKS)}))
    await import('${name}')
    const { cache } = createRequire(import.meta.url)
    ${CACHE}`,
  require: (name: string): string => `
    require('${name}')
    const { cache } = require
    ${CACHE}`,
}

/** Files outside of Node itself that are loaded. */
export function loadedFiles(name: string, how: keyof typeof SOURCES): readonly string[] {
  const kind = how === 'import' ? 'module' : 'commonjs'
  const args = [`--input-type=${kind}`, '--eval', SOURCES[how](name)]
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })
  const files = output.split('\n').filter((line) => line.startsWith('file://'))
  return [...new Set(files.map((url) => fileURLToPath(url)))]
}

/** The packages that files belong to, without this one. */
export function packagesOf(files: readonly string[]): readonly string[] {
  const names = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])
  return [...new Set(names)].sort()
}
