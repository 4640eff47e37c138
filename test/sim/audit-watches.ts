/**
 * Audits publications and state triggers: an event runs each function that is bound when the engine reads its cause, at
 * most once, and no other function. A delivery is given up with the connection of its receiver, so it is promised only
 * where that connection stays.
 */
import type { Fired } from './audit-state.js'
import type { Reading, Watch } from './journal.js'
import type { World } from './world.js'

export function auditWatches(world: World, ofState: readonly Fired[]): string[] {
  const published = world.journal.handed.flatMap(({ op, reading }) =>
    op.event === undefined ? [] : [{ event: op.event, reading }],
  )
  return [...world.journal.watches.values()].flatMap((watch) => {
    const fired = watch.type === 'state' ? ofState : published
    return auditWatch(world, watch, fired)
  })
}

function auditWatch(world: World, watch: Watch, fired: readonly Fired[]): string[] {
  const name = `${watch.functionId}, bound to ${watch.type} of ${watch.on},`
  const limits = new Map<string, { least: number; most: number }>()
  for (const { event, reading } of fired) {
    if (event.on !== watch.on) continue
    const { least, most } = limits.get(event.text) ?? { least: 0, most: 0 }
    const bound = wasBound(watch, reading)
    const isSure = bound !== undefined && bound !== 'perhaps' && mustHear(world, watch, bound)
    limits.set(event.text, { least: least + (isSure ? 1 : 0), most: most + (bound === undefined ? 0 : 1) })
  }
  const told = countOf(watch.told.map(({ text }) => text))
  const tooOften = [...told].flatMap(([text, times]) => {
    const { most } = limits.get(text) ?? { most: 0 }
    return times > most ? [`${name} received ${times} events, not ${most}: ${text}`] : []
  })
  const tooRarely = [...limits].flatMap(([text, { least }]) => {
    const times = told.get(text) ?? 0
    return times < least ? [`${name} received ${times} events, not ${least}: ${text}`] : []
  })
  return [...tooOften, ...tooRarely]
}

/** The change by which a function was bound when a frame was read; `undefined` when it was not. */
function wasBound({ changes }: Watch, reading: Reading): Watch['changes'][number] | 'perhaps' | undefined {
  const engine = reading.link.server?.process
  const before = changes.filter(({ link, turn }) => link.server?.process === engine && turn <= reading.turn)
  const ended = before.findLast(({ isBound, turn }) => !isBound && turn < reading.turn)
  const bound = before
    .slice(ended === undefined ? 0 : before.indexOf(ended) + 1)
    .filter(({ isBound, link }) => isBound && !((link.server?.closedAt ?? Infinity) < reading.at))
  // Frames of one chunk may be handled in another order, and an end at the same moment before or after them.
  const sure = bound.find(({ turn, link }) => turn < reading.turn && link.server?.closedAt !== reading.at)
  const isEndingNow = before.some(({ isBound, turn }) => !isBound && turn === reading.turn)
  if (sure !== undefined && !isEndingNow) return sure
  return bound.length > 0 ? 'perhaps' : undefined
}

/** Whether a function must have received an event: its connection lives to the end and is not congested. */
function mustHear(world: World, { owner }: Watch, { link }: Reading): boolean {
  const { scenario, endedAt } = world
  const plan = scenario.workers[owner.index]
  const lives = (link.client.closedAt ?? Infinity) >= endedAt && (link.server?.closedAt ?? Infinity) >= endedAt
  const hasRoom = scenario.bytesPerByte === 1 && plan?.maxConcurrentInvocations === undefined
  return lives && hasRoom && !link.isFaulted && owner.endingSince >= endedAt && owner.process.freezes.length === 0
}

function countOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
