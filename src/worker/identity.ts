/**
 * Who this process is: the environment, the machine and the project, read once when a worker is made. Nothing else
 * under `worker/` reads the environment.
 */
import { readFileSync } from 'node:fs'
import { hostname, platform, release } from 'node:os'
import { basename, join } from 'node:path'
import { arch, cwd, env, pid } from 'node:process'
import { isRecord } from '../protocol/validate.js'
import { packageVersion } from '../version.js'

/** Labels a worker reports about its project. All optional. */
export type TelemetryOptions = {
  language?: string
  project_name?: string
  framework?: string
  amplitude_api_key?: string
}
export type WorkerTelemetryMeta = TelemetryOptions

/** What a worker reports about itself. */
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

/** What the environment says. Blank variables count as unset. */
export interface Environment {
  readonly url: string | undefined
  readonly namespace: string | undefined
  readonly workerName: string | undefined
  /** Whether workers drain and end on SIGTERM and SIGINT. */
  readonly drainsOnSignal: boolean
  readonly onConflict: string | undefined
}

export function readEnvironment(): Environment {
  return {
    url: variable('III_URL'),
    namespace: variable('III_NAMESPACE'),
    workerName: variable('III_WORKER_NAME'),
    onConflict: variable('III_ON_CONFLICT'),
    drainsOnSignal: ['1', 'true'].includes(variable('III_DRAIN_ON_SIGNAL') ?? ''),
  }
}

/** What can be found out about this process without being told. */
export function detectMetadata(): WorkerMetadata & { readonly telemetry: WorkerTelemetryMeta } {
  const language = Intl.DateTimeFormat().resolvedOptions().locale || variable('LANG')
  return {
    runtime: 'node',
    version: packageVersion,
    name: variable('III_WORKER_NAME') ?? `${hostname()}:${String(pid)}`,
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
