/**
 * Records calls, handler runs and outcomes while a simulation runs. The auditor compares the three afterwards; this
 * file checks nothing.
 */
import { HIGH_WATER_BYTES } from '../../src/wire/transport/transport.js'
import type { SimEnd, SimLink } from './link.js'
import type { SimProcess } from './schedule.js'
import type { Behaviour, StateHow } from './scenario.js'
import type { SimWorker } from './sim-worker.js'

export type OpKind = 'call' | 'void' | 'enqueue' | 'ready' | 'shutdown' | 'probe' | 'list' | 'publish' | 'state'

export interface Op {
  readonly op: number
  readonly kind: OpKind
  readonly process: SimProcess
  readonly functionId: string
  readonly behaviour: Behaviour | undefined
  readonly startedAt: number
  /** When it must have settled, if its process was never held up. */
  readonly deadlineAt: number
  readonly timeoutMs: number
  readonly queue: string | undefined
  readonly group: string | undefined
  /** The event that subscribers must receive. */
  event: FiredEvent | undefined
  /** What it does to the engine's state. */
  state: { readonly how: StateHow; readonly key: string } | undefined
  abortReason: unknown
  abortedAt: number | undefined
  /** Links its frame was handed to, and when first. */
  readonly writtenTo: SimLink[]
  writtenAt: number | undefined
  settledAt: number | undefined
  settled: number
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined
}

/** An event of a topic or a key in the engine, and the payload of its triggers. */
export interface FiredEvent {
  readonly on: string
  readonly text: string
}

/** A frame that the engine read. */
export interface Reading {
  readonly link: SimLink
  readonly at: number
  /** The event of the schedule it was read in. Frames of one event may take effect in another order. */
  readonly turn: number
}

/** A function bound to a topic or a state key. */
export interface Watch {
  readonly functionId: string
  readonly owner: SimWorker
  readonly type: 'subscribe' | 'state'
  readonly on: string
  /** When the engine read that it was bound, or ended. */
  readonly changes: (Reading & { readonly isBound: boolean })[]
  readonly told: { readonly text: string; readonly at: number }[]
}

/** One run of a handler. */
export interface Run {
  readonly run: number
  readonly op: number
  readonly process: SimProcess
  readonly functionId: string
  readonly startedAt: number
  endedAt: number | undefined
  end: 'returned' | 'threw' | undefined
  /** Present when the handler looked at its signal early. */
  readonly signal: AbortSignal | undefined
  /** The link the call came on. */
  readonly link: SimLink | undefined
}

export interface ChannelRecord {
  readonly op: number
  /** What was handed to the writer, in order: `b3:100` for the 3rd item of 100 bytes. */
  readonly sent: string[]
  readonly got: string[]
  writer: SimProcess
  reader: SimProcess | undefined
  writeError: unknown
  isClosed: boolean
  /** The reader waited for a writer that never came, and closed its end. */
  hasGivenUp: boolean
  readEnd: 'clean' | { readonly error: unknown } | undefined
  /** Addresses of the channel's links hold its id. */
  channelId: string
}

export class Journal {
  readonly ops: Op[] = []
  readonly runs: Run[] = []
  readonly channels: ChannelRecord[] = []
  /** By the id of the trigger. */
  readonly watches = new Map<string, Watch>()
  /** Publications and changes of state, in the order the engine read them. */
  readonly handed: { readonly op: Op; readonly reading: Reading }[] = []
  readonly violations: string[] = []

  violate(text: string): void {
    this.violations.push(text)
  }

  /** Follows a promise to its end. */
  follow(op: Op, promise: Promise<unknown>, now: () => number): void {
    const settle = (outcome: NonNullable<Op['outcome']>): void => {
      op.settled += 1
      op.settledAt = now()
      op.outcome = outcome
    }
    promise.then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    )
  }

  /** Notes that a frame left for a link; `text` may be any frame. */
  written(end: SimEnd, text: string, now: number): void {
    if (!text.startsWith('{"type":"invokefunction"')) return
    const op = this.ops[Number(OP.exec(text)?.[1])]
    if (op === undefined) return
    op.writtenTo.push(end.link)
    op.writtenAt ??= now
    if (op.settledAt !== undefined && op.kind !== 'void') this.violate(`op ${op.op} was written after it had settled`)
    if (end.bufferedBytes > HIGH_WATER_BYTES) {
      this.violate(`op ${op.op} was written while ${end.bufferedBytes} bytes waited in the socket`)
    }
  }

  /** The engine reads a frame of a worker. */
  read(text: string, reading: Reading): void {
    if (text.startsWith('{"type":"invokefunction"')) {
      const op = this.ops[Number(OP.exec(text)?.[1])]
      if (op?.event !== undefined || op?.state !== undefined) this.handed.push({ op, reading })
      return
    }
    const [, isEnd, id = ''] = TRIGGER.exec(text) ?? []
    this.watches.get(id)?.changes.push({ ...reading, isBound: isEnd === undefined })
  }
}

const TRIGGER = /^\{"type":"(un)?registertrigger","id":"([^"]+)"/
const OP = /"op":(\d+)/

/** The payload of a call: its number, and what its handler must do. */
export function payloadOf(op: Op, padBytes: number): Record<string, unknown> {
  const pad = padBytes === 0 ? {} : { pad: 'x'.repeat(padBytes) }
  return { op: op.op, behaviour: op.behaviour, ...pad }
}
