/**
 * One stored call and what became of it. Jobs are values: an attempt makes a new one with its count raised.
 */

import { JsonText } from '../../../wire/protocol/json-text.js'
import type { Access } from '../../access/access.js'
import type { Trace } from '../../triggers/fire.js'

/** A call that waits to be made. */
export interface Job {
  readonly id: string
  /** `queue`: sent to a queue by name, for any function. `topic`: published, one copy per subscribed function. */
  readonly kind: 'queue' | 'topic'
  /** Name of the queue or topic. */
  readonly name: string
  readonly functionId: string
  readonly namespace: string
  /** As text, which is what its size counts: parsed it could take twenty times as much memory. */
  readonly data: JsonText
  readonly traceparent?: string | undefined
  readonly baggage?: string | undefined
  /** Jobs of one group keep their order in a fifo queue. */
  readonly group: string
  /** Size of the payload as JSON text. */
  readonly sizeBytes: number
  /** Attempts made so far. */
  readonly attempts: number
  /** Order of acceptance over all queues; a redriven job gets a new place. */
  readonly sequence: number
  /** What the guarded session that sent it may do. Not written down: after a restart a job is delivered as it was stored. */
  readonly access?: Access | undefined
}

/** How a job ended for good. */
export interface Death {
  /** Code and message of the last error, for people. */
  readonly error: string
  /** Seconds since 1970. */
  readonly failedAtSeconds: number
}

/** A job that used up its attempts. */
export interface DeadLetter {
  readonly job: Job
  readonly death: Death
}

/** Identifies the queue a job is worked off in. */
export function queueKey({
  kind,
  name,
  functionId,
  namespace,
}: Pick<Job, 'kind' | 'name' | 'functionId' | 'namespace'>): string {
  return kind === 'queue' ? JSON.stringify([name]) : JSON.stringify([name, namespace, functionId])
}

/** Identifies a job among all jobs. */
export function jobKey(job: Job): string {
  return `${queueKey(job)} ${job.id}`
}

/** A payload as a job keeps it. */
export function dataOf(data: unknown): Pick<Job, 'data' | 'sizeBytes'> {
  const text = data instanceof JsonText ? data : new JsonText(JSON.stringify(data ?? null))
  return { data: text, sizeBytes: Buffer.byteLength(text.text, 'utf8') }
}

/** Entries that describe the call which enqueued, not the one that is delivered. */
const OWN_TO_SENDER = new Set(['iii.tag.kind', 'iii.tag.display_name', 'iii.tag.hidden'])

export function deliveryTrace({ traceparent, baggage }: Pick<Job, 'traceparent' | 'baggage'>): Trace {
  const kept = baggage?.split(',').filter((member) => !OWN_TO_SENDER.has(member.split('=', 1)[0]?.trim() ?? ''))
  return { traceparent, baggage: kept === undefined || kept.length === 0 ? undefined : kept.join(',') }
}
