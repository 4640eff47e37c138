/** Events of a transport that nobody takes: what a listener that cares for some of them leaves out. */
import type { TransportEvents } from './transport.js'

export const IGNORE_EVENTS: TransportEvents = {
  open: () => undefined,
  text: () => undefined,
  binary: () => undefined,
  activity: () => undefined,
  drained: () => undefined,
  close: () => undefined,
}
