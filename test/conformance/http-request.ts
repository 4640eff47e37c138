/** Sends one HTTP request on a connection of its own and reads the whole answer. */
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { bytesOf } from './bytes.js'
import { addressOf } from './handshake.js'
import type { HttpRequestSpec } from './scenario.js'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

const LIMIT_MS = 20_000

/** Rejects when the connection fails before an answer; an answer that breaks off is given as far as it came. */
export function sendRequest(base: string, spec: HttpRequestSpec): Promise<HttpAnswer> {
  const body = bodyOf(spec)
  const headers: Record<string, string> = { connection: 'close', ...lowerCased(spec.headers) }
  if (spec.json !== undefined) headers['content-type'] ??= 'application/json'
  if (body !== undefined) headers['content-length'] ??= String(body.length)
  return new Promise((resolve, reject) => {
    const sending = request(addressOf(base, spec), { method: spec.method ?? 'GET', headers, agent: false })
    sending.setTimeout(LIMIT_MS, () => sending.destroy(new Error(`no HTTP answer within ${LIMIT_MS} ms`)))
    sending.once('error', reject)
    sending.once('response', (response) => void read(response).then(resolve))
    sending.end(body)
  })
}

function bodyOf({ json, text, bytes }: HttpRequestSpec): Buffer | undefined {
  if (json !== undefined) return Buffer.from(JSON.stringify(json))
  if (text !== undefined) return Buffer.from(text)
  return bytes === undefined ? undefined : bytesOf(bytes)
}

function lowerCased(headers: HttpRequestSpec['headers'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

async function read(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer)
  } catch {
    // Cut off: what came until then is compared.
  }
  return { status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }
}
