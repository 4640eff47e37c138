/** Channels: what arrives is the beginning of what was sent, in order and whole; a clean end means all of it. */
import { messageOf } from '../../src/std/text/describe.js'
import type { ChannelRecord } from './journal.js'
import type { SimLink } from './link.js'
import type { World } from './world.js'

export function auditChannels(world: World): string[] {
  return world.journal.channels.flatMap((record) =>
    auditChannel(world, record).map((problem) => `channel of op ${record.op}: ${problem}`),
  )
}

function auditChannel(world: World, record: ChannelRecord): string[] {
  const { sent, got, readEnd } = record
  const problems: string[] = []
  const wrong = got.findIndex((item, index) => item !== sent[index])
  if (wrong >= 0) problems.push(`item ${wrong} arrived as ${got[wrong] ?? ''}, sent was ${sent[wrong] ?? 'nothing'}`)
  const links = linksOf(world, record)
  const isUntouched = links.every(({ isFaulted }) => !isFaulted) && isCalmFor(world, record)
  if (record.writer.isDead || record.reader?.isDead === true || record.hasGivenUp) return problems
  if (readEnd === 'clean' && got.length < sent.length && isUntouched) {
    problems.push(`ended cleanly after ${got.length} of ${sent.length} items, though nothing was cut`)
  }
  if (readEnd !== 'clean' && readEnd !== undefined && isUntouched) {
    problems.push(`the reader failed, though nothing was cut: ${messageOf(readEnd.error)}`)
  }
  if (record.writeError !== undefined && isUntouched && record.reader !== undefined) {
    problems.push(`the writer failed, though nothing was cut: ${messageOf(record.writeError)}`)
  }
  if (record.reader !== undefined && readEnd === undefined) problems.push('the reader still waits')
  return problems
}

function linksOf(world: World, { channelId }: ChannelRecord): SimLink[] {
  return world.network.links.filter(({ path }) => path.endsWith(channelId))
}

/** Whether neither a slow process, a change of engines nor a worker that shuts down can explain an end. */
function isCalmFor(world: World, { writer, reader }: ChannelRecord): boolean {
  const held = [writer, reader, ...world.allEngines.map(({ process }) => process)].some(
    (process) => (process?.freezes.length ?? 0) > 0,
  )
  const usable = world.usableAtObservation.map(({ process }) => process)
  const hasLeft = [writer, reader].some((process) => process !== undefined && !usable.includes(process))
  return !held && !hasLeft && world.engines === 1
}
