/**
 * Plants a fault: copies the project to `temp/faults/`, edits one symbol there and runs a command on the copy. The
 * product needs no hooks for it, and the project itself is never touched. An edit that does not fit exactly once is an
 * error, so that no fault quietly stops being planted when the code moves on.
 *
 *   const outcome = await planted(
 *     { name: 'calls-forget-deadlines', file: 'src/sdk/rpc/calls.ts', symbol: 'Calls.open', find: 'a()', replace: 'b()' },
 *     (root) => runTests(root, ['test/unit/sdk/rpc/calls.test.ts']),
 *   )
 *   outcome.failedTests > 0 // the fault was found
 *
 * `npm run test:faults [-- name …]` runs every fault of `test/faults/list/`.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { edited, type Edit } from './edit.js'

/** One change to a source file. */
export interface Mutation extends Edit {
  /** Unique, in kebab case: names the fault. */
  readonly name: string
  /** Path from the project's root. */
  readonly file: string
}

/** A mutation that something has to notice. */
export type Fault = Mutation & {
  /** The row of docs/internals/reliability-rows.md whose test is put to the proof. */
  readonly row: string
  /** Set if the fault may make tests time out. Otherwise a time-out does not count as detected. */
  readonly mayHang?: true
} & Finder

/** What has to notice a fault: test files of which at least one test must fail, or so many seeds of the simulator. */
type Finder = { readonly tests: readonly string[] } | Seeds

/** Seeds of the simulator, with the options that choose one of its simulations. */
export interface Seeds {
  readonly seeds: number
  readonly flags?: readonly string[]
}

const PROJECT = resolve(import.meta.dirname, '..', '..')

/** Runs `run` on a copy of the project with the mutation in it (none for `undefined`); the copy is gone afterwards. */
export async function planted<T>(mutation: Mutation | undefined, run: (root: string) => Promise<T>): Promise<T> {
  const root = copyProject(mutation?.name ?? 'none')
  try {
    if (mutation !== undefined) mutate(root, mutation)
    return await run(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function copyProject(name: string): string {
  const parent = join(PROJECT, 'temp', 'faults')
  mkdirSync(parent, { recursive: true })
  const root = mkdtempSync(join(parent, `${name}-`))
  for (const file of projectFiles()) copyIfThere(join(PROJECT, file), join(root, file))
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'), 'dir')
  return root
}

/** All files written by hand, committed or not. Excludes `node_modules`, which git lists as a file when it is a link. */
function projectFiles(): readonly string[] {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--exclude=node_modules']
  return execFileSync('git', listing, { cwd: PROJECT, encoding: 'utf8' }).split('\0').slice(0, -1)
}

/** Skips files that were deleted since they were listed, as happens while the project is edited. */
function copyIfThere(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  try {
    copyFileSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Changes one file below `root`. @throws {Error} when the edit does not fit. */
function mutate(root: string, mutation: Mutation): void {
  const path = join(root, mutation.file)
  writeFileSync(path, mutated(mutation, readFileSync(path, 'utf8')))
}

/** The source with the mutation in it. @throws {Error} with the name of the mutation when it does not fit. */
export function mutated({ name, file, ...edit }: Mutation, source: string): string {
  try {
    return edited(source, edit)
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message} (${file})`, { cause: error })
  }
}

/** How a command ended. */
interface CommandEnd {
  /** `null` when it was killed, at its time limit for example. */
  readonly exitCode: number | null
  readonly output: string
}

const MAX_OUTPUT_CHARACTERS = 1_000_000

/** Runs a command in a folder; one that takes longer than `limitMs` is killed with its children. */
function runCommand(root: string, command: readonly string[], limitMs = 120_000): Promise<CommandEnd> {
  const [file = '', ...args] = command
  return new Promise((done, failed) => {
    // Its own process group, so that its child processes end with it.
    const child = spawn(file, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const hear = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-MAX_OUTPUT_CHARACTERS)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    // eslint-disable-next-line local/real-time -- the limit of a process
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, limitMs)
    child.on('error', failed)
    child.on('close', (exitCode) => {
      clearTimeout(timer)
      done({ exitCode, output })
    })
  })
}

/** What a run of tests came to. */
export interface TestsEnd {
  readonly failedTests: number
  readonly passedTests: number
  /** Unhandled rejections and files that failed to load. The latter do not count as a detection. */
  readonly brokenFiles: number
  readonly timedOut: boolean
  readonly output: string
}

const NOTHING = { failedTests: 0, passedTests: 0, brokenFiles: 0, timedOut: false } as const

/**
 * Runs vitest on files of a copy. Without its reporter for people, which prints the causes of an error one by one: an
 * error that is its own cause, as some tests throw, never ends.
 */
export async function runTests(root: string, tests: readonly string[], limitMs?: number): Promise<TestsEnd> {
  const report = join(root, 'temp-report.json')
  const vitest = join('node_modules', 'vitest', 'vitest.mjs')
  const command = [process.execPath, vitest, 'run', '--reporter=json', `--outputFile.json=${report}`, ...tests]
  const { exitCode, output } = await runCommand(root, command, limitMs)
  if (exitCode === null) return { ...NOTHING, timedOut: true, output }
  // A runner that ended before its report does not count as a detection.
  if (!existsSync(report)) return { ...NOTHING, brokenFiles: 1, output }
  return readReport(report, { exitCode, output })
}

/** Runs the simulator in a copy up to the first seed that fails. */
export async function runSimulator(root: string, { seeds, flags = [] }: Seeds, limitMs?: number): Promise<TestsEnd> {
  const options = ['--seeds', String(seeds), '--no-shrink', ...flags]
  const command = ['--import', 'tsx', join('test', 'sim', 'main.ts'), ...options]
  const { exitCode, output } = await runCommand(root, [process.execPath, ...command], limitMs)
  const failedTests = /^seed \d+ fails/m.test(output) ? 1 : 0
  const brokenFiles = exitCode !== 0 && failedTests === 0 ? 1 : 0
  return { failedTests, passedTests: exitCode === 0 ? seeds : 0, brokenFiles, timedOut: exitCode === null, output }
}

interface Report {
  readonly numFailedTests: number
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly failureMessages?: readonly string[] }[]
  }[]
}

function readReport(path: string, { exitCode, output }: CommandEnd): TestsEnd {
  const { numFailedTests, numPassedTests, testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  // All tests passed and yet the run failed: something escaped, which is a failure too.
  const escaped = exitCode !== 0 && numFailedTests === 0 && broken === 0 ? 1 : 0
  const reasons = testResults.flatMap(({ message, assertionResults }) => [
    message,
    ...assertionResults.flatMap(({ failureMessages = [] }) => failureMessages),
  ])
  return {
    failedTests: numFailedTests + escaped,
    passedTests: numPassedTests,
    brokenFiles: broken,
    timedOut: false,
    output: [output, ...reasons].join('\n'),
  }
}
