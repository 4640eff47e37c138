/** The keys of `dev` on a terminal. */
import type { Terminal } from '../command.js'

/** What each key does. */
export type KeyActions = Readonly<Record<string, () => void>>

const CTRL_C = '\u0003'

/** Reads single keys until the returned function is called. Does nothing unless stdin is a terminal. */
export function listenToKeys(
  { stdin }: Pick<Terminal, 'stdin'>,
  actions: KeyActions & { readonly q: () => void },
): () => void {
  const input = stdin as Partial<NodeJS.ReadStream> & NodeJS.ReadableStream
  if (input.isTTY !== true || input.setRawMode === undefined) return () => undefined
  const onData = (data: Buffer | string): void => {
    for (const key of String(data)) {
      // In raw mode, Ctrl-C is a key and no signal.
      if (key === CTRL_C) actions.q()
      else if (Object.hasOwn(actions, key)) actions[key]?.()
    }
  }
  input.setRawMode(true)
  input.on('data', onData).resume()
  return () => {
    input.off('data', onData).pause()
    input.setRawMode?.(false)
  }
}
