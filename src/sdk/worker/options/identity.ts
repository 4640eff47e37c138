/**
 * Identity of the process from the environment, the machine and the project, read once when a worker is created. Nothing else
 * under `worker/` reads the environment.
 */
import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces, platform, release } from 'node:os'
import { basename, join } from 'node:path'
import { arch, cwd, env, kill, pid } from 'node:process'
import { isMainThread, threadId } from 'node:worker_threads'
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { HIGHEST_PORT, type HealthOptions } from '../health/health-options.js'
import { packageVersion } from '../../../version.js'

/** Labels a worker reports about its project. All optional. */
export type TelemetryOptions = {
  language?: string
  project_name?: string
  framework?: string
  amplitude_api_key?: string
}
/** The labels as part of `WorkerMetadata`. */
export type WorkerTelemetryMeta = TelemetryOptions

/** Metadata that a worker sends to the engine. */
export type WorkerMetadata = {
  runtime: string
  version: string
  name: string
  os: string
  /** Workers without a pid are left out of the engine's worker list. */
  pid?: number
  telemetry?: WorkerTelemetryMeta
  isolation?: string | null
  description?: string
  namespace?: string
}

/** Settings from environment variables. Blank variables count as unset. */
export interface Environment {
  readonly url: string | undefined
  readonly namespace: string | undefined
  readonly workerName: string | undefined
  /** The address of an engine that prints refusals where this process prints. */
  readonly reportingEngine: string | undefined
  /** Whether workers drain and end on SIGTERM and SIGINT. */
  readonly drainsOnSignal: boolean
  readonly onConflict: string | undefined
  /** Options of `serveHealth`. */
  readonly health: HealthOptions | undefined
}

export function readEnvironment(): Environment {
  return {
    url: variable('III_URL'),
    namespace: variable('III_NAMESPACE'),
    workerName: variable('III_WORKER_NAME'),
    onConflict: variable('III_ON_CONFLICT'),
    health: healthOptions(variable('III_HEALTH_PORT')),
    reportingEngine: variable('III_REPORTING_ENGINE'),
    drainsOnSignal: ['1', 'true'].includes(variable('III_DRAIN_ON_SIGNAL') ?? ''),
  }
}

/** A port, or `host:port`. */
function healthOptions(given: string | undefined): HealthOptions | undefined {
  if (given === undefined) return undefined
  const [, host, digits] = /^\s*(?:(.*):)?(\d{1,5})\s*$/.exec(given) ?? []
  const port = Number(digits)
  if (!(port <= HIGHEST_PORT)) throw invalidArgument('III_HEALTH_PORT', 'a port from 0 to 65535, or host:port', given)
  return host === undefined || host === '' ? { port } : { port, host: host.replace(/^\[|\]$/g, '') }
}

/** Facts about this process that are detected without settings. */
/** @param givenName spares the default name, so that workers with a name of their own do not use numbers up. */
export function detectMetadata(givenName?: string): WorkerMetadata & { readonly telemetry: WorkerTelemetryMeta } {
  const language = Intl.DateTimeFormat().resolvedOptions().locale || variable('LANG')
  return {
    runtime: 'node',
    version: packageVersion,
    name: givenName ?? variable('III_WORKER_NAME') ?? defaultName(),
    os: `${platform()} ${release()} (${arch})`,
    pid,
    isolation: variable('III_ISOLATION') ?? null,
    telemetry: {
      ...(language === undefined ? {} : { language }),
      project_name: projectName(),
      framework: 'iii-node',
    },
  }
}

/** Global, so that copies of the package in one process count on. */
const COUNT = Symbol.for('iii-node.default-names')

/** `host:pid` for the first worker of the process; those that follow add their number, and threads their id. */
function defaultName(): string {
  const shared = globalThis as { [COUNT]?: number }
  const count = (shared[COUNT] ?? 0) + 1
  shared[COUNT] = count
  const thread = isMainThread ? [] : [`thread-${String(threadId)}`]
  return [hostname(), String(pid), ...thread, ...(count === 1 ? [] : [String(count)])].join(':')
}

function variable(name: string): string | undefined {
  const value = env[name]
  return value === undefined || value.trim() === '' ? undefined : value
}

/** The name in the working directory's package.json, else the directory's own. Parents are not searched. */
function projectName(): string {
  const directory = cwd()
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    if (isRecord(manifest) && typeof manifest['name'] === 'string' && manifest['name'] !== '') return manifest['name']
  } catch {
    // No readable manifest: the directory's name serves.
  }
  return basename(directory)
}

/** Whether an address is one of this host. */
export function isAddressOfThisHost(address: string): boolean {
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === address))
}

/** Whether a process of this host has the id. */
export function isRunning(processId: number): boolean {
  try {
    kill(processId, 0)
    return true
  } catch (error) {
    // A process of another user answers with EPERM.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
