import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLocalEngine } from '../conformance/local-engine.js'

/** Inside the project, so that both packages are found from there. */
const FOLDER = `temp/compat-${String(process.pid)}`
const ON_THEIRS = `${FOLDER}/on-theirs.ts`
const ON_OURS = `${FOLDER}/on-ours.ts`

beforeAll(async () => {
  const text = await readFile('test/compat/worker-for-official-sdk.ts', 'utf8')
  await mkdir(FOLDER, { recursive: true })
  await writeFile(ON_THEIRS, text)
  await writeFile(
    ON_OURS,
    text.replaceAll("'@iii-dev/helpers/", "'iii-node/helpers/").replaceAll("'iii-sdk", "'iii-node"),
  )
})

afterAll(() => rm(FOLDER, { recursive: true, force: true }))

interface Entry {
  readonly step: string
  readonly seen: unknown
}

/** Runs the worker on its own engine; the last line it prints is its result. */
async function transcriptOf(file: string): Promise<Entry[]> {
  const engine = await startLocalEngine()
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], {
      timeout: 60_000,
      env: { ...process.env, COMPAT_ENGINE_URL: engine.targets['main'], COMPAT_HTTP_URL: engine.targets['http'] },
    })
    const line = stdout.split('\n').find((printed) => printed.startsWith('TRANSCRIPT '))
    if (line === undefined) throw new Error(`The worker printed no transcript: ${stdout}`)
    return JSON.parse(line.slice('TRANSCRIPT '.length)) as Entry[]
  } finally {
    await engine.close()
  }
}

test('a worker written for the official packages compiles on both', () => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    process.cwd(),
  )
  const program = ts.createProgram([ON_THEIRS, ON_OURS], options)
  const problems = [ON_THEIRS, ON_OURS].flatMap((file) => {
    const source = program.getSourceFile(file)
    if (source === undefined) throw new Error(`${file} is no part of the program`)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  })
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
}, 60_000)

test('it has the same results on both', async () => {
  const onTheirs = await transcriptOf(ON_THEIRS)
  const onOurs = await transcriptOf(ON_OURS)
  expect(onOurs).toEqual(onTheirs)
  expect(onOurs.length).toBeGreaterThan(50)
}, 180_000)
