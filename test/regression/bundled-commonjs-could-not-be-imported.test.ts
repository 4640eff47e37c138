import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsup'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../kit/temporary-folder.js'

const WORKER = `
  import { registerWorker } from '${process.cwd()}/src/index.js'
  const worker = registerWorker('ws://127.0.0.1:1', { otel: { enabled: false }, diagnostics: 'silent' })
  worker.onConnectionStateChange((state) => {
    if (state === 'reconnecting') void worker.shutdown().then(() => console.log('dialled and ended'))
  })`

test.each(['cjs', 'esm'] as const)('a worker bundled into one %s file starts and dials', async (format) => {
  const folder = await temporaryFolder()
  writeFileSync(join(folder, 'worker.ts'), WORKER)
  // Modules that load late are not bundled, so they must be installed beside the bundle.
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
  await build({
    config: false,
    silent: true,
    entry: [join(folder, 'worker.ts')],
    format,
    outDir: folder,
    noExternal: [/.*/],
    outExtension: () => ({ js: `.${format === 'cjs' ? 'cjs' : 'mjs'}` }),
  })
  const file = join(folder, `worker.${format === 'cjs' ? 'cjs' : 'mjs'}`)
  const output = execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 20_000 })

  expect(output.trim()).toBe('dialled and ended')
})
