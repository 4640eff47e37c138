import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'tsup'
import { expect, onTestFinished, test } from 'vitest'
import { Child } from '../kit/child.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/local-rig.js'

const WORKER = `
  import 'iii-node/bundle'
  import { registerWorker } from 'iii-node'
  const worker = registerWorker(process.env.III_URL, { otel: { serviceName: 'bundled' } })
  worker.registerFunction('bundled::double', ({ n }) => n * 2)
  worker.ready()
    .then(() => worker.trigger({ function_id: 'bundled::double', payload: { n: 21 } }))
    .then((answer) => console.log(answer))
    .finally(() => worker.shutdownAsync())`

/** An ES module has no \`require\`, which the packages inside the bundle use for what belongs to Node. */
const BANNER = "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);"

/** Bundles the built package with a worker; what comes out lies where no package can be found. */
async function bundle(format: 'cjs' | 'esm'): Promise<string> {
  const folder = await temporaryFolder()
  mkdirSync('temp', { recursive: true })
  // Below the project, where the package's name leads to what was built.
  const source = mkdtempSync(join('temp', 'bundle-'))
  onTestFinished(() => rmSync(source, { recursive: true, force: true }))
  writeFileSync(join(source, 'worker.js'), WORKER)
  writeFileSync(join(source, 'tsconfig.json'), '{}')
  const ending = format === 'cjs' ? '.cjs' : '.mjs'
  await build({
    config: false,
    silent: true,
    entry: [join(source, 'worker.js')],
    tsconfig: join(source, 'tsconfig.json'),
    format,
    platform: 'node',
    outDir: folder,
    noExternal: [/.*/],
    splitting: false,
    ...(format === 'cjs' ? {} : { banner: { js: BANNER } }),
    outExtension: () => ({ js: ending }),
  })
  return join(folder, `worker${ending}`)
}

test.each(['cjs', 'esm'] as const)('a worker bundled into one %s file needs no packages beside it', async (format) => {
  const engine = await testEngine()
  const file = await bundle(format)
  const child = new Child(process.execPath, [file], { env: { III_URL: engine.url } })
  const ending = await child.exit(20_000)

  expect(ending, child.output).toEqual({ code: 0, signal: null })
  expect(child.output.trim()).toBe('42')
  expect(engine.spans().map(({ name }) => name)).toContain('execute bundled::double')
})
