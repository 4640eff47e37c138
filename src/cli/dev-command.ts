/**
 * `iii-node dev`: runs the local engine and one worker process, and restarts the process when the code of the worker
 * changes.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { describe } from '../std/text/describe.js'
import { UsageError, type Command } from './command.js'
import { startCliConsole } from './console-options.js'
import { DevSession } from './dev-session.js'
import {
  engineOptions,
  engineOptionsHelp,
  readEngineOptions,
  startCliEngine,
  terminalLog,
  type EngineArguments,
} from './engine-options.js'
import { runnerArguments } from './script-runner.js'

/** The configuration file that is used when it is beside the worker and `--config` is not set. */
const CONFIG_NAME = 'iii.config.yaml'

const help = `Usage: iii-node dev <worker file> [options] [-- arguments of the worker]

Runs the local engine and a worker on it, and restarts the worker when code in its folder changes. Running
handlers finish first. The worker finds the engine by III_URL. Ctrl-C stops both.

Options:
${engineOptionsHelp}
                       \`dev\` also finds ${CONFIG_NAME} beside the worker
  --env-file <file>    variables for the worker; the environment takes precedence; may be given several times
  --inspect[=<port>]   lets a debugger attach to the worker; --inspect-brk also waits for it
  --watch <folder>     watch this folder as well; may be given several times
  --ignore <glob>      files whose changes are ignored, such as 'generated/*'; may be given several times
  --clear              clear the terminal at each restart
  --help               print this text

TypeScript needs tsx beside the worker, or Node 22.18 or later.

Example:
  iii-node dev src/worker.ts --http-port 8080`

export const devCommand: Command = {
  help,
  async run(args, terminal) {
    const { engine: engineArguments, clears, ...options } = parse(args)
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
    return 0
  },
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

function parse(args: readonly string[]): DevArguments {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const own = args.slice(0, end)
  // Options of Node that are passed on unchanged.
  const inspect = own.filter((arg) => /^--inspect(-brk)?(=|$)/.test(arg))
  const { values, positionals } = parseArgs({
    args: own.filter((arg) => !inspect.includes(arg)),
    allowPositionals: true,
    options: {
      ...engineOptions,
      'env-file': { type: 'string', multiple: true },
      watch: { type: 'string', multiple: true },
      ignore: { type: 'string', multiple: true },
      clear: { type: 'boolean' },
    },
  })
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
