/**
 * Functions that a test can have a Node client serve, by name.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { HttpRequest } from '@iii-dev/helpers/http'
import type { StreamResponse } from 'iii-sdk'
import type { ChannelReader, ChannelWriter } from 'iii-sdk/channel'
import type { RemoteFunctionHandler } from 'iii-sdk/engine'
import type { Actor } from './commands.js'

interface Served {
  readonly actor: Actor
  readonly functionId: string
  /** What the test said about this function. */
  readonly given: Readonly<Record<string, unknown>>
}

/** Bytes that show a lost, doubled or swapped piece: they repeat after a prime number. */
export function pattern(size: number): Buffer {
  return Buffer.alloc(
    size,
    Uint8Array.from({ length: 251 }, (_, i) => i),
  )
}

export async function digest(reader: ChannelReader): Promise<object> {
  const texts: string[] = []
  reader.onMessage((text) => texts.push(text))
  const data = await reader.readAll()
  return { texts, bytes: data.byteLength, sha256: sha256(data) }
}

export async function writeAll(writer: ChannelWriter, texts: readonly string[], data: Uint8Array): Promise<void> {
  for (const text of texts) writer.sendMessage(text)
  writer.stream.end(data)
  await once(writer.stream, 'finish')
}

export function handlerOf(name: string, served: Served): RemoteFunctionHandler {
  const handlers: Readonly<Record<string, RemoteFunctionHandler>> = {
    ...answering(served),
    ...failing(served),
    ...overHttp(served),
    ...overChannels(),
    relay: relay(served),
  }
  const handler = handlers[name]
  if (handler === undefined) throw new Error(`There is no handler '${name}'`)
  return handler
}

function answering({ actor, functionId: of, given }: Served): Record<string, RemoteFunctionHandler> {
  return {
    echo: (data: unknown) => Promise.resolve(data),
    record: (payload: unknown, metadata) => {
      actor.tell({ event: 'received', of, payload, metadata: metadata ?? null })
      return Promise.resolve(given['result'])
    },
    never: () => new Promise(() => undefined),
  }
}

function failing({ actor, functionId: of, given }: Served): Record<string, RemoteFunctionHandler> {
  let failuresLeft = Number(given['failures'] ?? 0)
  return {
    flaky: (payload: unknown) => {
      failuresLeft -= 1
      const failed = failuresLeft >= 0
      actor.tell({ event: 'received', of, payload, failed })
      return failed ? Promise.reject(new Error('not yet')) : Promise.resolve()
    },
    fail: ({ message }: { message: string }) => Promise.reject(new TypeError(message)),
    refuse: ({ code, message }: { code: string; message: string }) =>
      Promise.reject(new actor.client.root.InvocationError({ code, message })),
  }
}

/** Returns its trace and span ids, writes a log record, and calls the function `to` if one is given. */
function relay({ actor: { client, worker }, functionId, given: { to } }: Served): RemoteFunctionHandler {
  const { currentTraceId, currentSpanId, getAllBaggage, Logger } = client.observability
  return async (payload: unknown) => {
    new Logger().info(`at ${functionId}`)
    const here = { trace_id: currentTraceId(), span_id: currentSpanId(), baggage: getAllBaggage() }
    if (typeof to !== 'string') return [here]
    return [here, ...(await worker.trigger<unknown, unknown[]>({ function_id: to, payload }))]
  }
}

function overHttp({ actor: { client }, given: { by } }: Served): Record<string, RemoteFunctionHandler> {
  const headers = { 'x-served-by': String(by) }
  return {
    http_answer: ({ body, query_params: query, path_params: path }: HttpRequest) =>
      Promise.resolve({ status_code: 201, headers, body: { by, body, query, path } }),
    http_stream: client.http.http(async (request, response: StreamResponse) => {
      const uploaded = await request.request_body.readAll()
      response.status(202)
      response.headers({ 'content-type': 'text/plain', ...headers })
      response.stream.write(`${uploaded.byteLength} bytes, `)
      response.stream.end(sha256(uploaded))
    }),
  }
}

function overChannels(): Record<string, RemoteFunctionHandler> {
  return {
    consume: ({ reader }: { reader: ChannelReader }) => digest(reader),
    produce: async ({ writer, texts, size }: { writer: ChannelWriter; texts: string[]; size: number }) => {
      await writeAll(writer, texts, pattern(size))
      return sha256(pattern(size))
    },
  }
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
