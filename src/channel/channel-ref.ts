/**
 * References to channel ends: plain JSON that travels in payloads. Finds them, and puts live ends in their place.
 */
import { isRecord } from '../protocol/validate.js'

export const ChannelDirection = { Read: 'read', Write: 'write' } as const
export type ChannelDirection = (typeof ChannelDirection)[keyof typeof ChannelDirection]

/** One end of a channel, as it travels in payloads. Whoever has it can take that end. */
export type StreamChannelRef = { channel_id: string; access_key: string; direction: ChannelDirection }

/** Whether a value is a reference to a channel end. */
export function isChannelRef(value: unknown): value is StreamChannelRef {
  return (
    isRecord(value) &&
    typeof value['channel_id'] === 'string' &&
    typeof value['access_key'] === 'string' &&
    (value['direction'] === 'read' || value['direction'] === 'write')
  )
}

/** All references in a value with their paths: `a.b`, `a[0].b`, `[0]`; the empty path for the value itself. */
export function extractChannelRefs(data: unknown): [path: string, ref: StreamChannelRef][] {
  const found: [string, StreamChannelRef][] = []
  walk(data, (ref, { path }) => {
    found.push([path, ref])
  })
  return found
}

/** Replaces every reference in a parsed payload, in place; returns the payload, or what replaced it. */
export function replaceChannelRefs(data: unknown, replace: (ref: StreamChannelRef) => unknown): unknown {
  const root = { data }
  walk(root, (ref, { holder, key }) => {
    // Defined, not assigned: a member named `__proto__` must stay a member.
    Object.defineProperty(holder, key, { value: replace(ref), writable: true, enumerable: true, configurable: true })
  })
  return root.data
}

interface Place {
  readonly path: string
  readonly holder: object
  readonly key: string
}

type Visit = (ref: StreamChannelRef, place: Place) => void

/** Visits references depth first without recursion, so that no payload is too deep; a cycle is walked once. */
function walk(data: unknown, visit: Visit): void {
  const holder = { '': data }
  const open: { readonly value: unknown; readonly place: Place }[] = [
    { value: data, place: { path: '', holder, key: '' } },
  ]
  const seen = new Set<object>()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, place } = next
    if (isChannelRef(value)) visit(value, place)
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value)
      open.push(...members(value, place.path).reverse())
    }
  }
}

function members(value: object, path: string): { readonly value: unknown; readonly place: Place }[] {
  const isArray = Array.isArray(value)
  return Object.entries(value).map(([key, member]) => {
    const step = isArray ? `[${key}]` : path === '' ? key : `.${key}`
    return { value: member as unknown, place: { path: path + step, holder: value, key } }
  })
}
