/** `iii-node/browser`, bundled and minified as an application would do it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'

/** The script, which sets the global `iii`. */
export async function bundlePage(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'iii-node-page-'))
  await build({
    config: false,
    silent: true,
    entry: { page: 'src/entry/browser.ts' },
    format: 'iife',
    globalName: 'iii',
    // An import of Node fails to build.
    platform: 'browser',
    target: 'es2022',
    minify: true,
    outDir,
    noExternal: [/.*/],
  })
  const script = readFileSync(join(outDir, 'page.global.js'), 'utf8')
  rmSync(outDir, { recursive: true })
  return script
}
