import { chmod, readFile, writeFile } from 'node:fs/promises'
import { defineConfig } from 'tsup'
import { bundlerEntries, commandEntry } from './scripts/entries.js'

const SHEBANG = '#!/usr/bin/env node\n'
const library = bundlerEntries()

/** The ESM build and its declarations. `scripts/write-commonjs.ts` makes the CommonJS build from it. */
export default defineConfig({
  outDir: 'dist',
  target: 'node20',
  platform: 'node',
  format: 'esm',
  entry: { ...library, [commandEntry.name]: commandEntry.source },
  // One copy of each class, whichever subpaths are imported together.
  splitting: true,
  removeNodeProtocol: false,
  dts: { entry: library },
  onSuccess: () => makeExecutable(`dist/${commandEntry.name}.js`),
})

async function makeExecutable(file: string): Promise<void> {
  const code = await readFile(file, 'utf8')
  if (!code.startsWith('#!')) await writeFile(file, SHEBANG + code)
  await chmod(file, 0o755)
}
