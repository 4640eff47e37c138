/** A stored call and its state. Jobs are immutable: an attempt creates a new one with a higher count. */

import { JsonText } from '../../../wire/protocol/json-text.js'
import type { Access } from '../../access/access.js'
import type { Trace } from '../../triggers/fire.js'

/** A call that is stored for later. */
export interface Job {
  readonly id: string
  /** `queue`: sent to a queue by name, for any function. `topic`: published, one copy per subscribed function. */
  readonly kind: 'queue' | 'topic'
  /** Name of the queue or topic. */
  readonly name: string
  readonly functionId: string
  readonly namespace: string
  /** As text, whose length is its size. Parsed it could take twenty times as much memory. */
  readonly data: JsonText
  readonly traceparent?: string | undefined
  readonly baggage?: string | undefined
  /** Jobs of one group keep their order in a fifo queue. */
  readonly group: string
  /** Size of the payload as JSON text. */
  readonly sizeBytes: number
  /** Attempts made so far. */
  readonly attempts: number
  /** Order of acceptance over all queues; a redriven job gets a new position. */
  readonly sequence: number
  /**
   * Rights of the guarded session that sent it. They are not stored: after a restart the job is delivered without them.
   */
  readonly access?: Access | undefined
}

/** The final failure of a job. */
export interface Death {
  /** Code and message of the last error. */
  readonly error: string
  /** Seconds since 1970. */
  readonly failedAtSeconds: number
}

/** A job that used up its attempts. */
export interface DeadLetter {
  readonly job: Job
  readonly death: Death
}

/** Identifies the queue that runs a job. */
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

/** The payload in the form that a job stores. */
export function dataOf(data: unknown): Pick<Job, 'data' | 'sizeBytes'> {
  const text = data instanceof JsonText ? data : new JsonText(JSON.stringify(data ?? null))
  return { data: text, sizeBytes: Buffer.byteLength(text.text, 'utf8') }
}

/** Entries that describe the enqueuing call rather than the delivery. */
const OWN_TO_SENDER = new Set(['iii.tag.kind', 'iii.tag.display_name', 'iii.tag.hidden'])

export function deliveryTrace({ traceparent, baggage }: Pick<Job, 'traceparent' | 'baggage'>): Trace {
  const kept = baggage?.split(',').filter((member) => !OWN_TO_SENDER.has(member.split('=', 1)[0]?.trim() ?? ''))
  return { traceparent, baggage: kept === undefined || kept.length === 0 ? undefined : kept.join(',') }
}
