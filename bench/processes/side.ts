/** What a side has to do to be measured: connect, serve functions, and call them. */

/** One end of a side, connected. */
export interface End {
  /** Serves a function; without a handler it returns its payload. */
  serve(functionId: string, handler?: (data: unknown) => Promise<unknown>): void
  /** @param timeoutMs how long the answer may take, where that is not to be the side's own default. */
  call(functionId: string, data: unknown, timeoutMs?: number): Promise<unknown>
  /** Where the side has channels. */
  createChannel?(): Promise<BytesChannel>
}

/** A channel as all sides know it: bytes go in here, and come out of the `reader` that a handler gets. */
export interface BytesChannel {
  readonly writer: { readonly stream: NodeJS.WritableStream }
  readonly readerRef: unknown
}

/** What a handler that was handed a `readerRef` gets in its place. */
export interface BytesReader {
  readonly stream: NodeJS.ReadableStream & AsyncIterable<Buffer>
}

export type ConnectEnd = (url: string) => Promise<End>

export async function echo(data: unknown): Promise<unknown> {
  return data
}

export const SIDE_NAMES = ['raw', 'peer', 'ours'] as const

/** The floor against both clients with telemetry on. */
export const TRACED_SIDE_NAMES = ['raw', 'peer-traced', 'ours-traced'] as const
