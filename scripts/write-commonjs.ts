/**
 * Writes the CommonJS build beside the ESM build after `tsup`: each file in `dist/` that a published subpath loads, and
 * each declaration, with an additional `c` in its extension. Both builds contain the same statements in the same files;
 * only imports, exports and `import.meta.url` differ. The CommonJS build of the bundler would turn `?.` and `??` into
 * calls of closures.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { transform } from 'sucrase'
import { bundlerEntries } from './entries.js'

const DIST = 'dist'

/** A relative import of a `.js` file, static or dynamic, in code and in declarations. */
const RELATIVE = /((?:\bfrom|\bimport|\bimport\(|\brequire\()\s*)(['"])(\.{1,2}\/[^'"]+)\.js\2/g
const TO_COMMONJS = '$1$2$3.cjs$2'

/** Files that the subpaths load, without extension; those of the command line alone stay ESM. */
function libraryFiles(): ReadonlySet<string> {
  const found = new Set(Object.keys(bundlerEntries()).map((name) => join(DIST, name)))
  for (const file of found) {
    for (const [, , , path] of readFileSync(`${file}.js`, 'utf8').matchAll(RELATIVE)) {
      found.add(join(dirname(file), String(path)))
    }
  }
  return found
}

/** CommonJS has no `import.meta`, and optional packages are loaded relative to the file. */
function withAddress(code: string): string {
  if (!code.includes('import.meta.url')) return code
  const address = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;\n"
  return address + code.replaceAll('import.meta.url', 'importMetaUrl')
}

for (const file of libraryFiles()) {
  const module = withAddress(readFileSync(`${file}.js`, 'utf8'))
  const { code } = transform(module, { transforms: ['imports'], disableESTransforms: true, filePath: file })
  writeFileSync(`${file}.cjs`, code.replaceAll(RELATIVE, TO_COMMONJS))
}

for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue
  const declarations = readFileSync(join(DIST, name), 'utf8')
  writeFileSync(join(DIST, name.replace(/\.d\.ts$/, '.d.cts')), declarations.replaceAll(RELATIVE, TO_COMMONJS))
}
