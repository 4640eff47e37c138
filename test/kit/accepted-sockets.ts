/** Returns the sockets that servers of this process accept until the end of the test, in order. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

const CHANNEL = 'net.server.socket'

export function acceptedSockets(): readonly Socket[] {
  const accepted: Socket[] = []
  const note = (message: unknown): void => void accepted.push((message as { readonly socket: Socket }).socket)
  subscribe(CHANNEL, note)
  onTestFinished(() => void unsubscribe(CHANNEL, note))
  return accepted
}
