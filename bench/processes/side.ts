/** What a side has to do to be measured: connect, serve a function that gives back its payload, and call one. */

/** One end of a side, connected. */
export interface End {
  /** Serves a function that returns its payload. */
  serve(functionId: string): void
  call(functionId: string, data: unknown): Promise<unknown>
}

export type ConnectEnd = (url: string) => Promise<End>

export const SIDE_NAMES = ['raw', 'peer', 'ours'] as const

/** The floor against both clients with telemetry on. */
export const TRACED_SIDE_NAMES = ['raw', 'peer-traced', 'ours-traced'] as const

export type SideName = (typeof SIDE_NAMES)[number] | (typeof TRACED_SIDE_NAMES)[number]
