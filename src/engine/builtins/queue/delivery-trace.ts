/**
 * The trace headers a job was accepted with, as they go out with its delivery.
 */
import type { Trace } from '../../triggers/fire.js'
import type { Job } from './job.js'

/** Entries that describe the call which enqueued, not the one that is delivered. */
const OWN_TO_SENDER = new Set(['iii.tag.kind', 'iii.tag.display_name', 'iii.tag.hidden'])

export function deliveryTrace({ traceparent, baggage }: Pick<Job, 'traceparent' | 'baggage'>): Trace {
  const kept = baggage?.split(',').filter((member) => !OWN_TO_SENDER.has(member.split('=', 1)[0]?.trim() ?? ''))
  return { traceparent, baggage: kept === undefined || kept.length === 0 ? undefined : kept.join(',') }
}
