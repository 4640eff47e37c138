import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { contractsFile } from '../../src/generate/contracts-file.js'
import { parseEngineSchemas, schemasText } from '../../src/generate/engine-schemas.js'
import { typesFile } from '../../src/generate/types-file.js'
import { engineWith, hostileSamples, schemaSamples } from '../kit/schema-samples.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

const text = { type: 'string' }
const number = { type: 'number' }
const namespace = 'default'

const functions = [
  {
    function_id: 'math::add',
    namespace,
    request_format: { type: 'object', properties: { a: number, b: number }, required: ['a'] },
    response_format: { type: 'object', properties: { sum: number }, required: ['sum'] },
  },
  { function_id: 'ping', namespace, request_format: { type: 'object', properties: { at: number } } },
  {
    function_id: 'stream::get(prices)',
    namespace,
    response_format: { type: ['object', 'null'], properties: { price: number }, required: ['price'] },
  },
]

const types = {
  trigger_types: [
    {
      id: 'webhook',
      namespace,
      trigger_request_format: { type: 'object', properties: { url: text }, required: ['url'] },
    },
    {
      id: 'cron',
      namespace,
      trigger_request_format: { type: 'object', properties: { expression: text }, required: ['expression'] },
    },
  ],
  streams: ['chat', 'prices'],
}

/** A project that has this package installed, with types generated from these and all sample schemas. */
async function project(isStrict: boolean): Promise<string> {
  const folder = await temporaryFolder()
  const schemas = engineWith([...functions, ...schemaSamples(), ...hostileSamples()], types)
  const read = parseEngineSchemas(schemasText(schemas))
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  symlinkSync(realpathSync('.'), join(folder, 'node_modules', 'iii-node'))
  symlinkSync(realpathSync('node_modules/@types/node'), join(folder, 'node_modules', '@types', 'node'))
  cpSync('test/package/registered', folder, { recursive: true })
  // As `.ts`, so that it is checked while the declarations of packages are not.
  writeFileSync(join(folder, 'iii.ts'), typesFile(read, { isStrict, namespace: undefined }))
  writeFileSync(join(folder, 'contracts.ts'), contractsFile(read, undefined))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022'], module: 'nodenext', types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true },
  }
  const files = isStrict ? ['unknown-id.ts', 'iii.ts'] : ['main.ts', 'browser.ts', 'unknown-id.ts', 'iii.ts']
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  return folder
}

function compile(version: 'oldest' | 'newest', folder: string): string {
  const require = createRequire(resolve(`test/package/compilers/${version}/package.json`))
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder], {
    encoding: 'utf8',
    timeout: 110_000,
  })
  return stdout + stderr
}

test.each(['oldest', 'newest'] as const)(
  'generated types type calls, triggers and stores in the %s TypeScript',
  { timeout: 120_000 },
  async (version) => {
    expect(compile(version, await project(false))).toBe('')
  },
)

test('the types of 10,000 functions are written in seconds, and compile', { timeout: 120_000 }, async () => {
  const samples = schemaSamples()
  const many = Array.from({ length: 10_000 }, (_, at) => {
    const sample = samples[at % samples.length]!
    return { ...sample, function_id: `${sample.function_id}::${String(at)}` }
  })
  const all = [...functions, ...samples, ...hostileSamples(), ...many]
  const schemas = schemasText(engineWith(all, types))
  const startedAt = process.cpuUsage()
  const text = typesFile(parseEngineSchemas(schemas), { isStrict: false, namespace: undefined })
  const { user, system } = process.cpuUsage(startedAt)
  if (process.env['SHOW_FIGURES'] !== undefined)
    process.stdout.write(`${String(text.length)} characters, ${String((user + system) / 1e6)} s of CPU\n`)
  expect(text.match(/^ {4}input/gm)?.length).toBeGreaterThan(many.length)
  expect(text.length).toBeLessThan(10_000_000)
  expect((user + system) / 1e6).toBeLessThan(30)
  const folder = await project(false)
  writeFileSync(join(folder, 'iii.ts'), text)
  expect(compile('newest', folder)).toBe('')
})

test('with strict types alone, an unknown function id is an error', { timeout: 120_000 }, async () => {
  const errors = compile('newest', await project(true))
  expect(errors.match(/unknown-id\.ts\(\d+/g)).toEqual(['unknown-id.ts(11'])
  expect(errors).toMatch(/no function with this id is declared/)
})
