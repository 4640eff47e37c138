/**
 * Settings of the export to a collector: which signals are sent and which are kept, and where the collector is. They are
 * read when the engine starts, since they may hold secrets that clients must not read.
 */
import { ErrorCode, RuntimeError } from '../../../../errors.js'
import { MAX_DELAY_MS } from '../../../../std/time/clock.js'
import { isHttpAddress, otlpTargets, type OtlpOptions, type OtlpTargets } from '../../../../wire/otlp/otlp-settings.js'
import { any, boolean, oneOf, optional, string, wholeNumber, type Declared } from '../../../declare/schema.js'
import { atStart, invalidConfig, section, setting } from '../../../declare/settings.js'
import type { ObjectOf } from '../../../declare/schema.js'

/** Whether a signal is kept in memory, sent to a collector, or both. */
type Exporter = 'memory' | 'otlp' | 'both'

/** The export of an engine. */
export interface ExportConfig {
  readonly spans: Exporter
  readonly metrics: Exporter
  readonly logs: Exporter
  readonly targets: OtlpTargets
}

const exporter = (description: string): Declared<Exporter, true> =>
  atStart(optional(oneOf(['memory', 'otlp', 'both'], description)))

/** The settings that the distributed engine reads too. */
export const exportMembers = {
  exporter: exporter('Whether spans are kept in memory, sent to a collector (`otlp`), or both. Default: memory'),
  endpoint: atStart(
    optional(
      setting<string>('an http:// or https:// address', isHttpAddress, {
        description: 'The collector, for OTLP over HTTP. Default: http://localhost:4318',
        pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/?#]',
        type: 'string',
      }),
    ),
  ),
  metrics_exporter: exporter('The same for metrics, which are always kept as well. Default: as `exporter`'),
  logs_exporter: exporter('The same for log records. Default: as `exporter`'),
}

const pem = (description: string): Declared<string, true> => optional(string(description))

/** Settings of the local engine only. */
export const otlpSection = section(
  {
    // Checked with the collector, by messages that show no value.
    headers: optional({ ...any(), schema: { additionalProperties: { type: 'string' }, type: 'object' } }),
    protocol: optional(oneOf(['http/protobuf', 'http/json'], 'Default: http/protobuf')),
    timeout_ms: optional(wholeNumber(1, MAX_DELAY_MS, 'Time limit of a request. Default: 10000')),
    compression: optional(oneOf(['gzip', 'none'], 'Default: none')),
    tls: optional(
      section({
        ca: pem('Authorities that are trusted: a file, or PEM text. Default: those of Node.js'),
        cert: pem('Certificate of this client'),
        key: pem('Private key of `cert`, not encrypted'),
        servername: optional(string('Name that the certificate of the collector must have')),
        reject_unauthorized: optional(boolean('Whether a certificate that cannot be verified is refused')),
      }),
    ),
  },
  'How the collector is reached',
)

/** The settings as they are written. */
interface Given {
  readonly exporter?: Exporter | undefined
  readonly endpoint?: string | undefined
  readonly metrics_exporter?: Exporter | undefined
  readonly logs_exporter?: Exporter | undefined
}

/**
 * Reads the export; `undefined` if everything stays in memory.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, or the variable of OpenTelemetry.
 */
export function readExport(
  { exporter: spans = 'memory', metrics_exporter: metrics = spans, logs_exporter: logs = spans, endpoint }: Given,
  otlp: ObjectOf<typeof otlpSection.members>,
): ExportConfig | undefined {
  if ([spans, metrics, logs].every((each) => each === 'memory')) return undefined
  return { spans, metrics, logs, targets: targetsOf(endpoint, otlp) }
}

const PATH = 'iii-observability.local.otlp'

function targetsOf(endpoint: string | undefined, otlp: ObjectOf<typeof otlpSection.members>): OtlpTargets {
  const { headers, timeout_ms: timeoutMs, tls, ...rest } = withoutNulls(otlp)
  const options: OtlpOptions = {
    ...rest,
    endpoint,
    headers: headers as OtlpOptions['headers'],
    timeoutMs,
    tls: tls && tlsOf(withoutNulls(tls)),
  }
  try {
    return otlpTargets(options, process.env, PATH)
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code !== ErrorCode.INVALID_ARGUMENT) throw error
    const isNamed = error.message.startsWith(PATH) || error.message.startsWith('OTEL_')
    throw invalidConfig(isNamed ? error.message : `${PATH}.tls cannot be used: ${error.message}`)
  }
}

function tlsOf<T extends object>({ reject_unauthorized: rejectUnauthorized, ...tls }: T & Rejection) {
  return { ...tls, rejectUnauthorized }
}

interface Rejection {
  readonly reject_unauthorized?: boolean | undefined
}

/** Settings without those that are null, which count as missing. */
function withoutNulls<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], null> } {
  const given = Object.entries(settings).filter(([, value]) => value !== null)
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], null> }
}
