/**
 * Deviations of the distributed engine that the local engine reproduces on request, so that tests see the behaviour of
 * production. Each is a switch, off by default. An engine with a quirk does not announce the matching guarantee in the
 * handshake.
 */
import { guaranteesHeader, type Guarantee } from '../wire/protocol/guarantees.js'

/** Quirks to enable; those left out are off. */
export interface EngineQuirks {
  /**
   * Every `every`-th call is sent to its worker first and recorded `delayMs` later. An answer that arrives before is
   * dropped, and the caller waits until its time limit.
   */
  readonly lateNotes?: { readonly every: number; readonly delayMs: number } | undefined
  /** Removing a `subscribe` trigger ends delivery to all triggers of its topic, until they are registered again. */
  readonly silentTopics?: boolean | undefined
  /**
   * A released function is removed at once: its calls fail and its triggers end, even if another worker waits for it.
   */
  readonly abruptHandOver?: boolean | undefined
  /** Each frame is a separate write and Nagle's algorithm is on, so small writes wait for acknowledgements. */
  readonly delayedWrites?: boolean | undefined
  /** The close frame of a channel reader is not read before the writer has finished. */
  readonly unreadReaderCloses?: boolean | undefined
  /**
   * A durable store acknowledges first and saves every `intervalMs`. Changes since the last save are lost when it
   * closes.
   */
  readonly forgottenWrites?: { readonly intervalMs: number } | undefined
}

export const NO_QUIRKS: EngineQuirks = {}

/** All quirks, as measured on version 0.23.0-rc.4; `lateNotes` is far more frequent than there. */
export const DISTRIBUTED_QUIRKS: Required<EngineQuirks> = {
  lateNotes: { every: 100, delayMs: 2 },
  silentTopics: true,
  abruptHandOver: true,
  delayedWrites: true,
  unreadReaderCloses: true,
  // The default of `save_interval_ms`.
  forgottenWrites: { intervalMs: 5_000 },
}

/** Headers of the handshake response: the guarantees that an engine with these quirks still gives. */
export function handshakeHeaders(quirks: EngineQuirks): Readonly<Record<string, string>> {
  const broken = new Set<Guarantee>()
  if (quirks.lateNotes !== undefined) broken.add('calls-noted-first')
  if (quirks.silentTopics === true) broken.add('topics-independent')
  if (quirks.abruptHandOver === true) broken.add('functions-handed-over')
  if (quirks.delayedWrites === true) broken.add('writes-undelayed')
  return guaranteesHeader(broken)
}
