/**
 * Payload and result of a function bound to the trigger type `http`, in the form of the protocol; channel ends have
 * taken the place of their references.
 */
import type { ChannelReader } from '../../channel/reader.js'
import type { ChannelWriter } from '../../channel/writer.js'

/** Raw body of a request. */
export type HttpStreamReader = {
  stream: NodeJS.ReadableStream
  readAll: () => Promise<Buffer>
  onMessage: (callback: (message: string) => void) => void
  close: () => void
}

/** Trigger that received a request. */
export type HttpTriggerInfo = { type: string; path?: string; method?: string }

/** A request. */
export type HttpRequest<TBody = unknown> = {
  /** Values of the path's `:name` segments; not percent-decoded. */
  path_params: Record<string, string>
  /** Percent-decoded; of a repeated name the last. */
  query_params: Record<string, string | string[]>
  /** The value of a JSON body; null for any other. */
  body: TBody
  /** Names are lower-case; of a repeated name the last. */
  headers: Record<string, string | string[]>
  method: string
  /** The path as it was registered. */
  path?: string
  trigger?: HttpTriggerInfo
  /** The body as it came. */
  request_body: HttpStreamReader
}

/** An answer in one piece. Without a content type of its own it is sent as JSON. */
export type HttpResponse<TStatus extends number = number, TBody = string | Buffer | Record<string, unknown>> = {
  status_code: TStatus
  headers?: Record<string, string> | undefined
  body?: TBody | undefined
}

/** A request as the function receives it, with the ends of both bodies. */
export type InternalHttpRequest<TBody = unknown> = {
  path_params: Record<string, string>
  query_params: Record<string, string | string[]>
  body: TBody
  headers: Record<string, string | string[]>
  method: string
  path?: string
  trigger?: HttpTriggerInfo
  response: ChannelWriter
  request_body: ChannelReader
}

/** The HTTP request of an `http()` handler. */
export type StreamRequest<TBody = unknown> = Omit<InternalHttpRequest<TBody>, 'response'>

/** A response that is written piece by piece. Status and headers count until the first byte. */
export type StreamResponse = {
  /** 100 to 599. Default 200. */
  status: (statusCode: number) => void
  headers: (headers: Record<string, string>) => void
  /** The body; ending it ends the response. */
  stream: NodeJS.WritableStream
  /** Ends the response after what was written. */
  close: () => void
}
