/**
 * Encodes telemetry frames as OTLP requests, and sends each over HTTP. Knows no queue and no retry. Requests bypass
 * `fetch`, so that they make no spans. Loaded when telemetry is first sent.
 */
import { Agent, request as requestPlain, type IncomingMessage } from 'node:http'
import { Agent as SecureAgent, request as requestSecure } from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { withoutLoneSurrogates } from '../../std/json/json-scan.js'
import { messageOf } from '../../std/text/describe.js'
import { oneLine } from '../../std/text/one-line.js'
import { packageVersion } from '../../version.js'
import { isRecord } from '../protocol/validate.js'
import { protobufOf, readPartialSuccess, type PartialSuccess } from './otlp-protobuf.js'
import { otlpRequests } from './otlp-schema.js'
import type { OtlpSignal, OtlpTarget } from './otlp-settings.js'
import { cleaned } from './otlp-values.js'

/** The content of one request. */
export interface OtlpBatch {
  readonly body: Uint8Array
  /** Spans, records or data points. */
  readonly records: number
}

/** What became of a request. */
export type OtlpOutcome =
  | { readonly kind: 'accepted'; readonly partial: PartialSuccess }
  /** It may succeed later. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfter: string | undefined }
  | { readonly kind: 'refused'; readonly reason: string }

/** Sends requests of one signal. */
export interface OtlpClient {
  /** One request for several frames: a prefix of four characters, then OTLP/JSON. Unreadable frames are left out. */
  encode(frames: readonly Uint8Array[]): OtlpBatch
  /** Sends a request. Never rejects. */
  post(batch: OtlpBatch, signal: AbortSignal): Promise<OtlpOutcome>
  close(): void
}

/** Statuses that the specification of OTLP says to repeat. */
const RETRYABLE: readonly number[] = [429, 502, 503, 504]
/** Longer answers are not read to their end. */
const MAX_ANSWER_BYTES = 64 * 1024
const MAX_REASON = 300
const PREFIX_BYTES = 4
const PROTOBUF = 'application/x-protobuf'
const compressed = promisify(gzip)

export function otlpClient(signal: OtlpSignal, target: OtlpTarget): OtlpClient {
  const link = new CollectorLink(target)
  return {
    encode: (frames) => encode(signal, frames, target),
    post: (batch, abort) => link.post(batch, abort),
    close: () => {
      link.close()
    },
  }
}

function encode(signal: OtlpSignal, frames: readonly Uint8Array[], { protocol }: OtlpTarget): OtlpBatch {
  const schema = otlpRequests[signal]
  const [root = ''] = schema.fields.keys()
  const items: unknown[] = []
  let records = 0
  for (const frame of frames) {
    const { content, records: more } = cleaned(schema, contentOf(frame))
    for (const item of (content[root] as unknown[] | undefined) ?? []) items.push(item)
    records += more
  }
  const request = { [root]: items }
  const body = protocol === 'http/json' ? Buffer.from(JSON.stringify(request)) : protobufOf(schema, request)
  return { body, records }
}

function contentOf(frame: Uint8Array): unknown {
  const text = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('utf8', PREFIX_BYTES)
  try {
    return JSON.parse(withoutLoneSurrogates(text))
  } catch {
    return undefined
  }
}

class CollectorLink {
  readonly #target: OtlpTarget
  #agent: Agent | undefined

  constructor(target: OtlpTarget) {
    this.#target = target
  }

  async post({ body }: OtlpBatch, signal: AbortSignal): Promise<OtlpOutcome> {
    const { isCompressed } = this.#target
    try {
      const outcome = await this.#send(isCompressed ? await compressed(body) : body, signal)
      // Certificates are read again after a failure, as they may have been renewed.
      if (outcome.kind !== 'accepted') this.close()
      return outcome
    } catch (error) {
      this.close()
      const cause: unknown = signal.aborted ? signal.reason : error
      return { kind: 'unavailable', reason: shown(messageOf(cause)), retryAfter: undefined }
    }
  }

  /** Closes the connections; the next request opens a new one. */
  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
  }

  async #send(body: Uint8Array, signal: AbortSignal): Promise<OtlpOutcome> {
    const { url, isCompressed, protocol, headers } = this.#target
    const isSecure = url.protocol === 'https:'
    this.#agent ??= isSecure
      ? new SecureAgent({ keepAlive: true, ...this.#target.tls() })
      : new Agent({ keepAlive: true })
    const send = isSecure ? requestSecure : requestPlain
    const outgoing = send(url, {
      method: 'POST',
      agent: this.#agent,
      signal,
      headers: {
        'user-agent': `iii-node/${packageVersion}`,
        'content-type': protocol === 'http/json' ? 'application/json' : PROTOBUF,
        'content-length': body.length,
        ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
        ...headers,
      },
    })
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // Telemetry alone does not keep the process alive.
      outgoing.once('socket', (socket) => socket.unref())
      outgoing.once('response', resolve)
      outgoing.once('error', reject)
      // Also when the server switches to another protocol instead of answering.
      outgoing.once('close', () => reject(new Error('the connection was closed without an answer')))
      outgoing.end(body)
    })
    return outcomeOf(response, await answerOf(response))
  }
}

/** The answer, up to a limit; the connection is closed if it is longer. */
async function answerOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks)
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage, answer: Buffer): OtlpOutcome {
  const contentType = headers['content-type'] ?? ''
  if (status >= 200 && status < 300) return { kind: 'accepted', partial: partialOf(answer, contentType) }
  const text = /json|text/.test(contentType) ? `: ${answer.toString('utf8').trim()}` : ''
  const reason = shown(`HTTP ${String(status)}${text}`)
  if (RETRYABLE.includes(status)) return { kind: 'unavailable', reason, retryAfter: headers['retry-after'] }
  return { kind: 'refused', reason }
}

/** An answer that cannot be read counts as full success: the status says that the request was accepted. */
function partialOf(answer: Buffer, contentType: string): PartialSuccess {
  try {
    if (contentType.includes('protobuf')) {
      const { rejected, message } = readPartialSuccess(answer)
      return { rejected, message: shown(message) }
    }
    const { partialSuccess } = JSON.parse(answer.toString('utf8')) as { readonly partialSuccess?: unknown }
    if (!isRecord(partialSuccess)) return { rejected: 0, message: '' }
    const { rejectedSpans, rejectedDataPoints, rejectedLogRecords, errorMessage } = partialSuccess
    const rejected = Number(rejectedSpans ?? rejectedDataPoints ?? rejectedLogRecords ?? 0)
    const message = typeof errorMessage === 'string' ? shown(errorMessage) : ''
    return { rejected: Number.isFinite(rejected) ? rejected : 0, message }
  } catch {
    return { rejected: 0, message: '' }
  }
}

/** Text of a collector for messages: short, and without characters that a terminal acts on. */
function shown(text: string): string {
  return oneLine(text.slice(0, MAX_REASON))
}
