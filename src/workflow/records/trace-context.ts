/**
 * Which trace a run belongs to: that of its start, for every worker and for as long as the run lives. A run that was
 * started without a trace, and each later generation of a run, has a trace whose ids are made of the run itself, so that
 * every worker finds the same ones. Pure, and the same in web pages.
 */
import type { Start } from './record.js'

/** The place of a generation of a run among traces, as `traceparent` headers. */
export interface RunTrace {
  readonly traceId: string
  /** The parent of each activation. */
  readonly parent: string
  /** The start of the run, for a generation with a trace of its own. */
  readonly link?: string
}

const HEADER = /^[0-9a-f]{2}-(?<traceId>[0-9a-f]{32})-[0-9a-f]{16}-(?<flags>[0-9a-f]{2})$/

/** The trace of one generation. A flow that continues for ever would make a trace without end. */
export function traceOf({ start, generation }: { readonly start: Start; readonly generation: number }): RunTrace {
  const started = HEADER.exec(start.traceparent ?? '')?.groups
  if (generation === 0 && start.traceparent !== undefined && started !== undefined)
    return { traceId: started['traceId'] ?? '', parent: start.traceparent }
  const first = derived(start.token, 0, '01')
  if (generation === 0) return first
  const link = started === undefined ? first.parent : start.traceparent
  return { ...derived(start.token, generation, started?.['flags'] ?? '01'), ...(link === undefined ? {} : { link }) }
}

function derived(token: string, generation: number, flags: string): RunTrace {
  const traceId = hashOf(`${token}/${String(generation)}`)
  const spanId = hashOf(`${token}/${String(generation)}/parent`).slice(0, 16)
  return { traceId, parent: `00-${traceId}-${spanId}-${flags}` }
}

/** Four lanes of 32 bits, each with a multiplier of its own, then mixed as Murmur3 does. */
const LANES = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const

/** 128 bits of a text as hex digits. Spreads ids; no defence against those who choose them. */
function hashOf(text: string): string {
  return LANES.map((multiplier, lane) => {
    let hash = lane + 1
    for (let at = 0; at < text.length; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), multiplier)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0')
  }).join('')
}
