/**
 * `iii-node dev`: runs the local engine and one worker process, and restarts the process when the code of the worker
 * changes.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe } from '../../std/text/describe.js'
import { Exit, UsageError, type Run } from '../command.js'
import { DevSession } from '../dev/dev-session.js'
import { runnerArguments } from '../dev/script-runner.js'
import { devOptions } from '../options.js'
import { parse } from '../parse.js'
import { startCliConsole } from './start-console.js'
import { readEngineOptions, startCliEngine, terminalLog, type EngineArguments } from './start-engine.js'

/** The configuration file that is used when it is beside the worker and `--config` is not set. */
const CONFIG_NAME = 'iii.config.yaml'

export const run: Run = async (args, terminal) => {
  const { engine: engineArguments, clears, ...options } = readArguments(args)
  const emit = terminalLog(engineArguments, terminal)
  const interrupted = terminal.interrupted()
  const engine = await startCliEngine(engineArguments, terminal, emit)
  const served = await startCliConsole(engine, engineArguments.console, terminal)
  const clear = clears ? terminal.clear : (): void => undefined
  const session = new DevSession({ ...options, engine, emit, clear })
  try {
    session.start()
    await interrupted
  } finally {
    await session.end()
    await served?.close()
    await engine.close()
  }
  return Exit.OK
}

interface DevArguments {
  readonly engine: EngineArguments
  readonly file: string
  /** Arguments of Node, including the file of the worker. */
  readonly args: readonly string[]
  readonly folders: readonly string[]
  readonly envFiles: readonly string[]
  readonly ignored: readonly string[]
  readonly clears: boolean
}

function readArguments(args: readonly string[]): DevArguments {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const own = args.slice(0, end)
  // Options of Node that are passed on unchanged.
  const inspect = own.filter((arg) => /^--inspect(-brk)?(=|$)/.test(arg))
  const { values, positionals } = parse(
    devOptions,
    own.filter((arg) => !inspect.includes(arg)),
  )
  const file = workerFile(positionals)
  const beside = join(dirname(file), CONFIG_NAME)
  const folders = [dirname(file), ...(values.watch ?? []).map((folder) => resolve(folder))]
  for (const folder of folders) mustBe(folder, 'folder')
  const envFiles = (values['env-file'] ?? []).map((name) => resolve(name))
  for (const name of envFiles) mustBe(name, 'file')
  return {
    engine: readEngineOptions(values, existsSync(beside) ? beside : undefined),
    file,
    args: [...inspect, ...runnerArguments(file), ...args.slice(end + 1)],
    folders,
    envFiles,
    ignored: values.ignore ?? [],
    clears: values.clear ?? false,
  }
}

function workerFile([name, extra]: readonly string[]): string {
  if (name === undefined) throw new UsageError('dev needs the file of a worker')
  if (extra !== undefined) throw new UsageError(`dev runs one file; got also ${describe(extra)}`)
  const file = resolve(name)
  mustBe(file, 'file')
  return file
}

function mustBe(path: string, kind: 'file' | 'folder'): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new UsageError(`there is no ${kind} ${path}`)
  if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) throw new UsageError(`${path} is no ${kind}`)
}
