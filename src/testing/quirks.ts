/** Options that make a test engine reproduce deviations of the distributed engine. */
import { DISTRIBUTED_QUIRKS, NO_QUIRKS, type EngineQuirks } from '../engine/quirks.js'
import { invalidArgument } from '../errors.js'
import { isRecord } from '../wire/protocol/validate.js'

/** Deviations to reproduce, each off by default. `true` uses the settings of `'distributed'`. */
export interface SingleQuirks {
  /**
   * Calls are sent to their worker before the engine records them, so that an answer that arrives first is dropped:
   * every `every`-th call is recorded after `delayMs`. Default every 100th, after 2 ms.
   */
  readonly lateNotes?:
    boolean | { readonly every?: number | undefined; readonly delayMs?: number | undefined } | undefined
  /** Removing one `subscribe` trigger ends delivery to all triggers of its topic, until they are registered again. */
  readonly silentTopics?: boolean | undefined
  /** A released function is removed at once, with its triggers, even if another worker waits for it. */
  readonly abruptHandOver?: boolean | undefined
  /** Small writes wait for the acknowledgement of the client (Nagle's algorithm). No effect without ports. */
  readonly delayedWrites?: boolean | undefined
  /** The close frame of a channel reader is not read before the writer has finished. */
  readonly unreadReaderCloses?: boolean | undefined
  /**
   * `file_based` stores acknowledge first and save every `intervalMs`, default 5000 ms. Unsaved changes are lost when
   * the engine is closed.
   */
  readonly forgottenWrites?: boolean | { readonly intervalMs?: number | undefined } | undefined
}

/** All deviations of the distributed engine, or single ones. */
export type TestEngineQuirks = 'distributed' | SingleQuirks

/** @throws {RuntimeError} `INVALID_ARGUMENT` naming the invalid member. */
export function resolveQuirks(given: TestEngineQuirks | undefined): EngineQuirks {
  if (given === undefined) return NO_QUIRKS
  if (given === 'distributed') return DISTRIBUTED_QUIRKS
  if (!isRecord(given)) throw invalidArgument('quirks', "'distributed' or an object", given)
  const entries = Object.entries(given).flatMap(([name, value]) => {
    if (!Object.hasOwn(DISTRIBUTED_QUIRKS, name)) {
      throw invalidArgument(
        `quirks.${name}`,
        `left out; known are ${Object.keys(DISTRIBUTED_QUIRKS).join(', ')}`,
        value,
      )
    }
    const full = DISTRIBUTED_QUIRKS[name as keyof EngineQuirks]
    return value === undefined || value === false ? [] : [[name, value === true ? full : settings(name, full, value)]]
  })
  // Each member was checked against its kind above.
  return Object.fromEntries(entries) as EngineQuirks
}

/** Numeric settings of one deviation over its defaults. */
function settings(name: string, defaults: unknown, given: unknown): unknown {
  if (!isRecord(defaults)) throw invalidArgument(`quirks.${name}`, 'a boolean', given)
  if (!isRecord(given)) throw invalidArgument(`quirks.${name}`, 'a boolean or an object', given)
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [key, value] of set) {
    const isFit = Object.hasOwn(defaults, key) && Number.isSafeInteger(value) && Number(value) >= 1
    if (!isFit) {
      const expected = Object.hasOwn(defaults, key) ? 'a whole number of at least 1' : 'left out'
      throw invalidArgument(`quirks.${name}.${key}`, expected, value)
    }
  }
  return { ...defaults, ...Object.fromEntries(set) }
}
