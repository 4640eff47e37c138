/**
 * Where telemetry is sent, from options and the variables of OpenTelemetry. For each setting the option takes
 * precedence, then the variable of the signal, then the general variable. Opens no connection.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ErrorCode, invalidArgument, RuntimeError } from '../../errors.js'
import { MAX_DELAY_MS } from '../../std/time/clock.js'
import { describeKind } from '../../std/text/describe.js'
import { keysOf } from '../../std/text/unknown-options.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { isRecord } from '../protocol/validate.js'
import { tlsReader, type TlsOptions } from '../transport/tls-options.js'
import type { TlsSettings } from '../transport/ws-dial.js'

/** Encoding of OTLP: protobuf or JSON. */
export type OtlpProtocol = 'http/protobuf' | 'http/json'

/** A collector that receives telemetry over OTLP/HTTP. */
export type OtlpOptions = {
  /**
   * Its address; `/v1/traces`, `/v1/metrics` and `/v1/logs` are appended. Variables `OTEL_EXPORTER_OTLP_ENDPOINT`, and
   * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` and its like, to which nothing is appended. Default `http://localhost:4318`.
   */
  endpoint?: string | undefined
  /** Headers of each request, such as `authorization`. Variable `OTEL_EXPORTER_OTLP_HEADERS`, default none. */
  headers?: Readonly<Record<string, string>> | undefined
  /** The encoding. Variable `OTEL_EXPORTER_OTLP_PROTOCOL`, default `http/protobuf`. */
  protocol?: OtlpProtocol | undefined
  /** Time limit of a request in milliseconds. Variable `OTEL_EXPORTER_OTLP_TIMEOUT`, default 10 000, at least 1. */
  timeoutMs?: number | undefined
  /** Whether requests are compressed. Variable `OTEL_EXPORTER_OTLP_COMPRESSION`, default `none`. */
  compression?: 'gzip' | 'none' | undefined
  /**
   * Certificates for `https:` addresses. Variables `OTEL_EXPORTER_OTLP_CERTIFICATE`, `_CLIENT_CERTIFICATE` and
   * `_CLIENT_KEY`. Default: the authorities that Node.js trusts.
   */
  tls?: TlsOptions | undefined
}

/** The names of all members. */
export const OTLP_KEYS = keysOf<OtlpOptions>({
  endpoint: true,
  headers: true,
  protocol: true,
  timeoutMs: true,
  compression: true,
  tls: true,
})

/** The prefix of a telemetry frame, which names its signal. */
export type OtlpSignal = 'OTLP' | 'MTRC' | 'LOGS'

/** Where and how one signal is sent. */
export interface OtlpTarget {
  readonly url: URL
  /** The address without credentials, for messages. */
  readonly shownUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: OtlpProtocol
  readonly timeoutMs: number
  readonly isCompressed: boolean
  /** Reads the certificates. @throws {RuntimeError} `INVALID_ARGUMENT` for a file that cannot be used. */
  readonly tls: () => TlsSettings | undefined
}

export type OtlpTargets = Readonly<Record<OtlpSignal, OtlpTarget>>

type Variables = Readonly<Record<string, string | undefined>>

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const DEFAULT_ENDPOINT = 'http://localhost:4318'
const DEFAULT_TIMEOUT_MS = 10_000
const PROTOCOLS: readonly unknown[] = ['http/protobuf', 'http/json'] satisfies OtlpProtocol[]
const COMPRESSIONS: readonly unknown[] = ['gzip', 'none']

/**
 * The targets of all signals.
 * @param prefix precedes the names of options in messages.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the option or the variable: also for a certificate that cannot be read.
 * Other invalid variables count as unset.
 */
export function otlpTargets(options: OtlpOptions, env: Variables, prefix: string): OtlpTargets {
  checkOptions(options, prefix)
  return {
    OTLP: target(options, new SignalVariables(env, 'TRACES', 'v1/traces')),
    MTRC: target(options, new SignalVariables(env, 'METRICS', 'v1/metrics')),
    LOGS: target(options, new SignalVariables(env, 'LOGS', 'v1/logs')),
  }
}

/** The variables of one signal. */
class SignalVariables {
  readonly path: string
  readonly #variables: Variables
  readonly #signal: string

  constructor(variables: Variables, signal: string, path: string) {
    this.#variables = variables
    this.#signal = signal
    this.path = path
  }

  /** The variable of the signal alone, such as `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. */
  own(variable: string): string | undefined {
    return this.general(variable.replace('_OTLP_', `_OTLP_${this.#signal}_`))
  }

  /** Blank variables count as unset. */
  general(variable: string): string | undefined {
    const value = this.#variables[variable]?.trim()
    return value === '' ? undefined : value
  }

  either(variable: string): string | undefined {
    return this.own(variable) ?? this.general(variable)
  }
}

function target(options: OtlpOptions, env: SignalVariables): OtlpTarget {
  const url = addressOf(options, env)
  const protocol = options.protocol ?? env.either('OTEL_EXPORTER_OTLP_PROTOCOL')
  const timeoutMs = options.timeoutMs ?? Number(env.either('OTEL_EXPORTER_OTLP_TIMEOUT'))
  const tls = options.tls === undefined ? tlsReader(tlsFrom(env), TLS_VARIABLES) : tlsReader(options.tls)
  if (url.protocol === 'https:') tls()
  return {
    url,
    shownUrl: addressWithoutCredentials(url.href),
    headers: options.headers ?? {
      ...headersIn(env.general('OTEL_EXPORTER_OTLP_HEADERS')),
      ...headersIn(env.own('OTEL_EXPORTER_OTLP_HEADERS')),
    },
    protocol: protocol === 'http/json' ? protocol : 'http/protobuf',
    timeoutMs: isTimeout(timeoutMs) ? timeoutMs : DEFAULT_TIMEOUT_MS,
    isCompressed: (options.compression ?? env.either('OTEL_EXPORTER_OTLP_COMPRESSION')) === 'gzip',
    tls,
  }
}

/** A general address is that of a folder; the address of a signal is used unchanged. */
function addressOf({ endpoint }: OtlpOptions, env: SignalVariables): URL {
  const own = endpoint === undefined ? env.own(ENDPOINT) : undefined
  const text = own ?? endpoint ?? env.general(ENDPOINT) ?? DEFAULT_ENDPOINT
  if (!isHttpAddress(text)) throw invalidArgument(ENDPOINT, ADDRESS, addressWithoutCredentials(text))
  const url = new URL(text)
  if (own === undefined) url.pathname = `${url.pathname.replace(/\/$/, '')}/${env.path}`
  return url
}

const ADDRESS = 'an http:// or https:// address, such as http://127.0.0.1:4318'

/** Whether a text is the address of a collector. */
export function isHttpAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)
}

const TLS_VARIABLES = {
  ca: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
  cert: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
  key: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
}

function tlsFrom(env: SignalVariables): TlsOptions | undefined {
  const { ca: authorities, cert: certificate, key: privateKey } = TLS_VARIABLES
  const [ca, cert, key] = [authorities, certificate, privateKey].map((variable) => env.either(variable))
  return ca === undefined && cert === undefined && key === undefined ? undefined : { ca, cert, key }
}

/** `name=value` pairs, separated by commas, with percent-encoded values. An invalid pair is left out. */
function headersIn(text = ''): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const [, name = '', encoded = ''] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair) ?? []
      try {
        const value = decodeURIComponent(encoded.trim())
        return isHeader(name, value) ? [[name.toLowerCase(), value]] : []
      } catch {
        return []
      }
    }),
  )
}

function isHeader(name: string, value: unknown): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value as string)
    return typeof value === 'string'
  } catch {
    return false
  }
}

function isTimeout(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= MAX_DELAY_MS
}

/** Messages never show the value of a header, which may be secret. */
function checkOptions(options: OtlpOptions, prefix: string): void {
  if (!isRecord(options)) throw invalidArgument(prefix, 'an object', options)
  const { endpoint, headers, protocol, timeoutMs, compression } = options
  if (endpoint !== undefined && !isHttpAddress(endpoint))
    throw invalidArgument(`${prefix}.endpoint`, ADDRESS, shown(endpoint))
  if (headers !== undefined && !isRecord(headers))
    throw new RuntimeError(
      ErrorCode.INVALID_ARGUMENT,
      `${prefix}.headers must be an object, got ${describeKind(headers)}`,
    )
  const wrong = Object.entries(headers ?? {}).find(([name, value]) => !isHeader(name, value))
  if (wrong !== undefined) {
    const text = `${prefix}.headers has a name or a value that HTTP does not allow: ${JSON.stringify(wrong[0])}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
  }
  if (protocol !== undefined && !PROTOCOLS.includes(protocol))
    throw invalidArgument(`${prefix}.protocol`, "'http/protobuf' or 'http/json'", protocol)
  if (timeoutMs !== undefined && !isTimeout(timeoutMs))
    throw invalidArgument(`${prefix}.timeoutMs`, `a number from 1 to ${String(MAX_DELAY_MS)}`, timeoutMs)
  if (compression !== undefined && !COMPRESSIONS.includes(compression))
    throw invalidArgument(`${prefix}.compression`, "'gzip' or 'none'", compression)
}

function shown(address: unknown): unknown {
  return typeof address === 'string' ? addressWithoutCredentials(address) : address
}
