/**
 * `iii-node dev`: runs the local engine and one or more worker processes, restarts a worker when its code changes, and
 * prints what happens.
 */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { LocalEngine } from '../../../engine/engine.js'
import type { Emit } from '../../../engine/engine-events.js'
import { deferred } from '../../../std/async/deferred.js'
import { systemClock } from '../../../std/time/clock.js'
import { Exit, UsageError, type RunCommand, type Terminal } from '../../command.js'
import { WorkerBuilds } from '../../dev/build-check.js'
import { DevSession, type DevWorker } from '../../dev/dev-session.js'
import { listenToKeys } from '../../dev/keys.js'
import { openBrowser } from '../../dev/open-browser.js'
import { printScreen } from '../../dev/screen.js'
import type { TypesWriter } from '../../dev/types-writer.js'
import { runnerArguments } from '../../dev/script-runner.js'
import { devOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { duration } from '../../print/text.js'
import { startCliConsole } from './start-console.js'
import {
  readBridgeOptions,
  readEngineOptions,
  startCliEngine,
  terminalLog,
  type EngineArguments,
} from './start-engine.js'

/** The configuration file that is used when it is beside the worker and `--config` is not set. */
const CONFIG_NAME = 'iii.config.yaml'

const KEYS = 'r restart · o open console · c clear · q quit'
const KEYS_WITHOUT_CONSOLE = KEYS.replace('o open console · ', '')

export const run: RunCommand = async (args, terminal) => {
  const options = readArguments(args)
  const emit = terminalLog(options.engine, terminal, true)
  const interrupted = terminal.interrupted()
  const engine = await startCliEngine(options.engine, terminal, emit)
  const served = await startCliConsole(engine, options.engine.console, terminal)
  const quit = deferred<void>()
  const types = options.types === undefined ? undefined : await typesWriter(options.types, engine, emit)
  const keys = served === undefined ? KEYS_WITHOUT_CONSOLE : KEYS
  const sessions = sessionsOf(options, { engine, emit, terminal, types, keys })
  const stopKeys = listenToKeys(terminal, {
    r: () => sessions.forEach((each) => each.restart()),
    o: () => served !== undefined && openConsole(served.url, terminal),
    c: terminal.clear,
    q: () => quit.resolve(),
  })
  try {
    for (const session of sessions) session.start()
    await Promise.race([interrupted, quit.promise])
  } finally {
    stopKeys()
    await Promise.all(sessions.map((session) => session.end()))
    await types?.end()
    await served?.close()
    await engine.close()
  }
  return Exit.OK
}

function openConsole(url: string, terminal: Terminal): void {
  openBrowser(url, () => terminal.err(`No browser could be started. Open the console by its address: ${url}`))
}

interface DevParts {
  readonly engine: LocalEngine
  readonly emit: Emit
  readonly terminal: Terminal
  readonly types: TypesWriter | undefined
  /** The keys, as the screen lists them. */
  readonly keys: string
}

/** Loaded when first used. */
async function typesWriter(file: string, engine: LocalEngine, emit: Emit): Promise<TypesWriter> {
  const { startTypesWriter } = await import('../../dev/types-writer.js')
  return startTypesWriter(engine, file, { emit, clock: systemClock })
}

function sessionsOf({ workers, clears, ...options }: DevArguments, parts: DevParts): DevSession[] {
  const { engine, emit, terminal, types, keys } = parts
  const { clear } = terminal
  const isOneOfSeveral = workers.length > 1
  const hold = (): (() => void) => types?.hold() ?? ((): void => undefined)
  const expectSuccessor = sharedSuccessors(engine, hold)
  const waiting = new Set(workers)
  // A worker may include files in the folder of another.
  const watched = [...new Set(workers.flatMap((worker) => worker.folders))]
  const builds = new WorkerBuilds(workers)
  return workers.map((worker) => {
    const onReady = (afterMs: number): void => {
      const name = isOneOfSeveral ? `${basename(worker.file)} is` : 'The worker is'
      types?.changed()
      emit({ kind: 'log', level: 'info', message: `${name} ready after ${duration(afterMs)}`, fields: {} })
      if (!waiting.delete(worker) || waiting.size > 0) return
      const isKeyed = (terminal.stdin as Partial<NodeJS.ReadStream>).isTTY === true
      void printScreen(engine, terminal, isKeyed ? keys : undefined)
    }
    const successors = { expectSuccessor, expectFirst: hold }
    const shared = { ...options, ...successors, engine, emit, isOneOfSeveral, onReady, watched, builds }
    return new DevSession({ ...shared, ...worker, clear: clears ? clear : (): void => undefined })
  })
}

/** The engine knows one hand-over at a time; those of several workers end together. No types are written meanwhile. */
function sharedSuccessors(engine: LocalEngine, hold: () => () => void): () => () => void {
  let open = 0
  let settled: (() => void) | undefined
  return () => {
    open += 1
    settled = engine.expectSuccessor()
    const release = hold()
    return () => {
      open -= 1
      if (open === 0) settled?.()
      release()
    }
  }
}

interface DevArguments {
  readonly engine: EngineArguments
  readonly workers: readonly DevWorker[]
  readonly envFiles: readonly string[]
  readonly ignored: readonly string[]
  readonly clears: boolean
  /** The file of types. */
  readonly types: string | undefined
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
  if (positionals.length === 0) throw new UsageError('dev needs the file of a worker')
  const files = [...new Set(positionals.map((name) => resolve(name)))]
  for (const file of files) mustBe(file, 'file')
  const watched = (values.watch ?? []).map((folder) => resolve(folder))
  for (const folder of watched) mustBe(folder, 'folder')
  const envFiles = (values['env-file'] ?? []).map((name) => resolve(name))
  for (const name of envFiles) mustBe(name, 'file')
  const beside = files.map((file) => join(dirname(file), CONFIG_NAME)).find((file) => existsSync(file))
  return {
    engine: { ...readEngineOptions(values, beside), bridge: readBridgeOptions(values) },
    workers: files.map((file) => ({
      file,
      loader: [...inspect, ...runnerArguments(file).slice(0, -1)],
      args: [file, ...args.slice(end + 1)],
      folders: [...new Set([dirname(file), ...watched])],
    })),
    envFiles,
    ignored: values.ignore ?? [],
    clears: values.clear ?? false,
    types: values.types === undefined ? undefined : resolve(values.types),
  }
}

function mustBe(path: string, kind: 'file' | 'folder'): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new UsageError(`there is no ${kind} ${path}`)
  if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) throw new UsageError(`${path} is not a ${kind}`)
}
