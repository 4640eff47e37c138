/**
 * Guarantees of an engine beyond the protocol, named in a header of its handshake response. Clients that do not know
 * the header ignore it. Without the header there are no guarantees, and the worker uses workarounds.
 */
import { isRecord } from './validate.js'

/** Header of the handshake response: names of guarantees, separated by commas. */
export const GUARANTEES_HEADER = 'iii-guarantees'

const GUARANTEES = [
  /** A call is recorded before its worker receives it, so an answer cannot be too early. */
  'calls-noted-first',
  /** Removing a subscriber does not end delivery to the others of its topic. */
  'topics-independent',
  /** Triggers and calls of a released function are kept for its next owner. */
  'functions-handed-over',
  /** Small writes are sent at once (no Nagle's algorithm on the sockets of the engine). */
  'writes-undelayed',
] as const

export type Guarantee = (typeof GUARANTEES)[number]

/** The header for an engine with all guarantees except `broken`. */
export function guaranteesHeader(broken: ReadonlySet<Guarantee>): Readonly<Record<string, string>> {
  return { [GUARANTEES_HEADER]: GUARANTEES.filter((guarantee) => !broken.has(guarantee)).join(', ') }
}

/** The guarantees in the headers of a handshake response; unknown names are ignored. */
export function readGuarantees(headers: Readonly<Record<string, unknown>> | undefined): ReadonlySet<Guarantee> {
  const value = isRecord(headers) ? headers[GUARANTEES_HEADER] : undefined
  const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : []
  return new Set(GUARANTEES.filter((guarantee) => names.includes(guarantee)))
}
