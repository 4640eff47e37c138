/** References to channel ends: plain JSON in payloads. Finds references, and replaces them by live ends. */
import { isRecord } from '../../wire/protocol/validate.js'
import { pathOf, walk } from '../../std/json/walk.js'

/** The two ends of a channel: `read` and `write`. */
export const ChannelDirection = { Read: 'read', Write: 'write' } as const
/** Which end of a channel a reference stands for. */
export type ChannelDirection = (typeof ChannelDirection)[keyof typeof ChannelDirection]

/** A reference to one end of a channel, used in payloads. Any worker that has it can open that end, once. */
export type StreamChannelRef = { channel_id: string; access_key: string; direction: ChannelDirection }

/** Whether a value is a channel reference. */
export function isChannelRef(value: unknown): value is StreamChannelRef {
  return (
    isRecord(value) &&
    typeof value['channel_id'] === 'string' &&
    typeof value['access_key'] === 'string' &&
    (value['direction'] === 'read' || value['direction'] === 'write')
  )
}

/** Finds all channel references in a value, with their paths. */
export function extractChannelRefs(data: unknown): [path: string, ref: StreamChannelRef][] {
  const found: [string, StreamChannelRef][] = []
  walk({ data }, (value, levels) => {
    if (!isChannelRef(value)) return 'enter'
    found.push([pathOf(levels.slice(1)), value])
    return 'leave out'
  })
  return found
}

/** Replaces every reference in a parsed payload, in place; returns the payload, or its replacement. */
export function replaceChannelRefs(data: unknown, replace: (ref: StreamChannelRef) => unknown): unknown {
  const root = { data }
  walk(root, (ref, levels) => {
    const level = levels.at(-1)
    if (level === undefined || !isChannelRef(ref)) return 'enter'
    const end = { value: replace(ref), writable: true, enumerable: true, configurable: true }
    // Defined, not assigned, so that a member named `__proto__` stays a member.
    Object.defineProperty(level.holder, level.key, end)
    return 'leave out'
  })
  return root.data
}

/** One item of a channel: a text message or a chunk of bytes. */
export type ChannelItem = { type: 'text'; value: string } | { type: 'binary'; value: Uint8Array }
/** Makes the items of a channel. */
export const ChannelItem = {
  Text: (value: string): ChannelItem => ({ type: 'text', value }),
  Binary: (value: Uint8Array): ChannelItem => ({ type: 'binary', value }),
} as const
