import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Converts with a module that is loaded on demand; a failed load would throw. Prints the modules loaded at import. */
const SOURCE = `
  const loaded = () => Object.keys(require.cache).filter((file) => /zod-to-json-schema|zod.v4.core/.test(file)).length
  const atImport = loaded()
  const worker = registerWorker('ws://127.0.0.1:1', { diagnostics: 'silent', autoConnect: false, otel: { enabled: false } })
  const four = z.object({ n: z.number() })
  const { jsonSchema, ...standard } = four['~standard']
  const early = Object.create(four, { '~standard': { value: standard } })
  worker.registerFunction('zod 4.0', () => 1, { input: early })
  worker.registerFunction('zod 3', () => 1, { input: z3.object({ n: z3.number() }) })
  worker.shutdown().then(() => console.log(JSON.stringify({ atImport, later: loaded() > 0 })))`

const imports = {
  module: `import { registerWorker } from 'iii-node'; import { z } from 'zod'; import { z as z3 } from 'zod3'
    import { createRequire } from 'node:module'; const require = createRequire(process.cwd() + '/x.js');`,
  // Zod as ESM beside the package as CommonJS, so that zod's own files do not count as loaded by the package.
  commonjs: `const { registerWorker } = require('iii-node'); import('zod').then(({ z }) => import('zod3').then(({ z: z3 }) => {`,
}

test.each(['module', 'commonjs'] as const)('the built package loads converters on demand (%s)', (kind) => {
  const source = imports[kind] + SOURCE + (kind === 'commonjs' ? '}))' : '')
  const args = [`--input-type=${kind}`, '--eval', source]
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })
  expect(JSON.parse(printed)).toEqual({ atImport: 0, later: true })
})
