/** The interface of a side: connect, serve functions, and call them. */

/** One connected end of a side. */
export interface End {
  /** Serves a function; without a handler it returns its payload. */
  serve(functionId: string, handler?: (data: unknown) => Promise<unknown>): void
  /** @param timeoutMs time limit for the result, if it differs from the default of the side. */
  call(functionId: string, data: unknown, timeoutMs?: number): Promise<unknown>
  /** Present if the side has channels. */
  createChannel?(): Promise<BytesChannel>
}

/** A channel in the common form of all sides: bytes are written here, and arrive at the `reader` of a handler. */
export interface BytesChannel {
  readonly writer: { readonly stream: NodeJS.WritableStream }
  readonly readerRef: unknown
}

/** Replaces a `readerRef` in the payload of a handler. */
export interface BytesReader {
  readonly stream: NodeJS.ReadableStream & AsyncIterable<Buffer>
}

export type ConnectEnd = (url: string) => Promise<End>

export async function echo(data: unknown): Promise<unknown> {
  return data
}

export const SIDE_NAMES = ['raw', 'peer', 'ours'] as const

/** The floor against both clients with telemetry enabled. */
export const TRACED_SIDE_NAMES = ['raw', 'peer-traced', 'ours-traced'] as const
