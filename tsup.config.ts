import { chmod, readFile, writeFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'
import { bundlerEntries, commandEntry } from './scripts/entries.js'

const SHEBANG = '#!/usr/bin/env node\n'
const library = bundlerEntries()

const shared: Options = {
  outDir: 'dist',
  target: 'node20',
  platform: 'node',
  // One copy of each class per module format, whichever subpaths are imported together.
  splitting: true,
  removeNodeProtocol: false,
  dts: { entry: library },
  // Both formats write to the same folder at the same time; `prebuild` empties it once.
  clean: false,
}

export default defineConfig([
  {
    ...shared,
    format: 'esm',
    entry: { ...library, [commandEntry.name]: commandEntry.source },
    onSuccess: () => makeExecutable(`dist/${commandEntry.name}.js`),
  },
  // `import.meta.url`, which CommonJS lacks, is what optional packages are loaded relative to.
  { ...shared, format: 'cjs', entry: library, shims: true },
])

async function makeExecutable(file: string): Promise<void> {
  const code = await readFile(file, 'utf8')
  if (!code.startsWith('#!')) await writeFile(file, SHEBANG + code)
  await chmod(file, 0o755)
}
