/**
 * A fake of the engine for tests of a built-in: virtual time, seeded ids, functions that the test registers, and a
 * record of every call. The built-in under test is the real one.
 */
import { InvocationError } from '../../src/errors.js'
import type { Binding, EngineHost, HostCall, HostChannels } from '../../src/engine/builtins/builtin.js'
import { createCounters } from '../../src/engine/counters.js'
import { logLineOf, type EngineEvent, type LogLine } from '../../src/engine/engine-events.js'
import { NO_QUIRKS } from '../../src/engine/quirks.js'
import type { Instruments } from '../../src/engine/instruments.js'
import { parsed } from '../../src/wire/protocol/json-text.js'
import { deferred } from '../../src/std/async/deferred.js'
import { TickLane } from '../../src/std/time/tick-lane.js'
import { SharedBytes } from '../../src/wire/transport/shared-bytes.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { seededRandom, type SeededRandom } from './seeded-random.js'

type Handler = (data: unknown, call: HostCall) => unknown

export class FakeHost implements EngineHost {
  readonly clock: VirtualClock
  readonly lane: TickLane
  readonly largeMessages: SharedBytes
  readonly unread: SharedBytes
  readonly random: SeededRandom
  readonly opensPorts = true
  readonly repairsStores = false
  readonly instruments: Instruments = {}
  readonly counters = createCounters()
  readonly quirks = NO_QUIRKS
  readonly lines: LogLine[] = []
  /** Every call made, in order. */
  readonly calls: HostCall[] = []
  readonly emit = (event: EngineEvent): void => {
    this.lines.push(logLineOf(event))
  }
  readonly log = {
    debug: this.#line('debug'),
    info: this.#line('info'),
    warn: this.#line('warn'),
    error: this.#line('error'),
  }
  /** Bindings that lost their place, by their ids. */
  readonly replacements: { readonly lost: string; readonly by: string; readonly what: string }[] = []
  readonly #handlers = new Map<string, Handler>()

  constructor(clock = new VirtualClock(), random = seededRandom(1)) {
    this.clock = clock
    this.lane = new TickLane(clock)
    this.largeMessages = new SharedBytes({ clock, maxBytes: Infinity, onCut: () => undefined })
    this.unread = new SharedBytes({ clock, maxBytes: Infinity, onCut: () => undefined })
    this.random = random
  }

  /** Channels are not supported here: test a built-in that uses them on the real engine. */
  get channels(): HostChannels {
    throw new Error('The fake host has no channels')
  }

  /** Serves a function; the namespace defaults to `default`. */
  serve(functionId: string, handler: Handler, namespace = 'default'): void {
    this.#handlers.set(keyOf(functionId, namespace), handler)
  }

  unserve(functionId: string, namespace = 'default'): void {
    this.#handlers.delete(keyOf(functionId, namespace))
  }

  hasFunction(functionId: string, namespace: string): boolean {
    return this.#handlers.has(keyOf(functionId, namespace))
  }

  replaced(lost: Binding, by: Binding, what: string): void {
    this.replacements.push({ lost: lost.id, by: by.id, what })
  }

  metadataOf(): unknown {
    return undefined
  }

  async invoke(given: HostCall): Promise<unknown> {
    const call = { ...given, data: parsed(given.data) }
    this.calls.push(call)
    const { functionId, namespace = 'default', signal } = call
    const handler = this.#handlers.get(keyOf(functionId, namespace))
    if (handler === undefined) {
      const message = `Function ${functionId} not found in namespace ${namespace}`
      throw new InvocationError({ code: 'function_not_found', message })
    }
    signal?.throwIfAborted()
    return untilAborted(Promise.resolve(handler(call.data, call)), signal)
  }

  /** Payloads a function was called with. */
  payloads(functionId: string): unknown[] {
    return this.calls.filter((call) => call.functionId === functionId).map((call) => call.data)
  }

  #line(level: LogLine['level']) {
    return (fields: object, message: string): void => {
      this.lines.push({ level, fields, message })
    }
  }
}

/** Settles with the answer, or with the signal's reason when that comes first. Leaves no listener behind. */
async function untilAborted(answer: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return answer
  const aborted = deferred<never>()
  const onAbort = (): void => {
    aborted.reject(signal.reason)
  }
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([aborted.promise, answer])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function keyOf(functionId: string, namespace: string): string {
  return `${namespace}\n${functionId}`
}
