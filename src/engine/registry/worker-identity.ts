/**
 * Sanitises the data of a worker registration. Names and descriptions appear in lists for people, so control characters
 * and those that change the text direction are removed, and the length is limited.
 */
import { MAX_NAME_CHARACTERS } from '../../wire/protocol/limits.js'
import { isRecord, type FieldType, type Infer } from '../../wire/protocol/validate.js'
import { accepting, integer, named, number, object, optional, record, string } from '../declare/schema.js'

const telemetry = named(
  'WorkerConnectionTelemetryMeta',
  object({ framework: optional(string()), language: optional(string()), project_name: optional(string()) }),
)

/** Input of `engine::workers::register`. */
export const announcement = object({
  name: optional(string()),
  namespace: optional(string(), null),
  runtime: optional(string('Such as `node`')),
  version: optional(string('The version of the SDK')),
  os: optional(string()),
  description: optional(string(), null),
  isolation: optional(string(), null),
  pid: optional(integer('uint32'), null),
  telemetry: accepting(optional(record()), optional(telemetry)),
  _caller_worker_id: accepting(optional(string()), string('Set by the engine')),
})
export type Announcement = Infer<typeof announcement.members>

const micros = optional(integer('uint64', 'Processor time in microseconds'))
const bytes = optional(integer('uint64', 'Bytes'))

export const workerMetrics = named(
  'WorkerMetrics',
  object({
    memory_heap_used: bytes,
    memory_heap_total: bytes,
    memory_rss: bytes,
    memory_external: bytes,
    cpu_user_micros: micros,
    cpu_system_micros: micros,
    cpu_percent: optional(number()),
    event_loop_lag_ms: optional(number()),
    uptime_seconds: optional(integer('uint64')),
    timestamp_ms: integer('uint64', 'Milliseconds since 1970'),
    runtime: string(),
  }),
)

/** The process data that a worker sent last. */
export type ProcessData = FieldType<typeof workerMetrics>

/** The registered data of a worker. */
export interface WorkerIdentity {
  /** `undefined` for a worker without a name. */
  readonly name: string | undefined
  readonly runtime: string
  readonly version: string | undefined
  readonly os: string | undefined
  readonly description: string | undefined
  readonly isolation: string | undefined
  readonly pid: number | undefined
  readonly framework: string | undefined
}

/** A worker before its registration. */
export const unknownWorker: WorkerIdentity = {
  name: undefined,
  runtime: 'unknown',
  version: undefined,
  os: undefined,
  description: undefined,
  isolation: undefined,
  pid: undefined,
  framework: undefined,
}

/** C0 and C1 controls, and the characters that change the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text without control characters, truncated and trimmed; `undefined` if it is empty. */
export function cleanText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  // By code points, so that a surrogate pair is never split. The slice before bounds the work.
  const printable = text.slice(0, MAX_NAME_CHARACTERS * 8).replace(UNPRINTABLE, '')
  const cut = Array.from(printable).slice(0, MAX_NAME_CHARACTERS).join('').trim()
  return cut === '' ? undefined : cut
}

/** A text of usual length unchanged; otherwise its beginning, copied, since a slice would retain the whole text. */
function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MAX_NAME_CHARACTERS) return text
  return Array.from(text.slice(0, MAX_NAME_CHARACTERS)).join('')
}

/** The identity after a worker registration. Members that it leaves out are kept, except `runtime` and `version`. */
export function identityOf(input: Announcement, before: WorkerIdentity): WorkerIdentity {
  const framework = isRecord(input.telemetry) ? input.telemetry['framework'] : undefined
  return {
    name: cleanText(input.name) ?? before.name,
    runtime: cut(input.runtime) ?? 'unknown',
    version: cut(input.version),
    os: cut(input.os) ?? before.os,
    description: cleanText(input.description) ?? before.description,
    isolation: cut(input.isolation) ?? before.isolation,
    pid: input.pid ?? before.pid,
    framework: typeof framework === 'string' ? cut(framework) : before.framework,
  }
}
