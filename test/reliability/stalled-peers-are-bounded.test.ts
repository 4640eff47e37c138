import { expect, test } from 'vitest'
import { HIGH_WATER_BYTES } from '../../src/transport/transport.js'
import { runCompiledChild } from '../kit/compiled-project.js'
import { stalledEngine, stalledWorker } from '../kit/stalled-peers.js'

const MIB = 1024 * 1024
const OFFERED_BYTES = 128 * MIB
const MESSAGE_BYTES = 64 * 1024
/** A message with the frame around it. */
const FRAME_BYTES = MESSAGE_BYTES + 1024
/** What a worker keeps while it may not write. */
const OUTBOX_BYTES = 1 * MIB
/** What an engine lets wait for one worker here; 128 MiB by default. */
const PEER_BYTES = 8 * MIB
/** What two sockets of this machine hold between two processes, at most. */
const SYSTEM_BYTES = 16 * MIB
const MAX_GROWTH_BYTES = 32 * MIB

interface Told {
  readonly grownBytes: number
  readonly mostWaiting: number
  readonly messages: number
}

const inMib = (bytes: number): string => (bytes / MIB).toFixed(1)

function tell(who: string, { grownBytes, mostWaiting }: Told): void {
  console.info(`${who}: RSS + ${inMib(grownBytes)} MiB, ${inMib(mostWaiting)} MiB waited`)
}

test(
  'a worker whose engine does not read holds its buffer and its queue, and refuses the rest',
  { timeout: 60_000 },
  async () => {
    const { url } = await stalledEngine()
    const args = ['worker', url, OFFERED_BYTES, MESSAGE_BYTES, OUTBOX_BYTES].map(String)
    const child = runCompiledChild('write-to-stalled-peer', args, ['--expose-gc'])
    const [line] = await child.says(/\{"grownBytes".*\}\n/, 50_000)
    const told = JSON.parse(line) as Told & { refused: string; dropped: number }
    tell('worker', told)

    expect(told.mostWaiting).toBeLessThanOrEqual(HIGH_WATER_BYTES + OUTBOX_BYTES + FRAME_BYTES)
    expect(told.mostWaiting).toBeGreaterThan(HIGH_WATER_BYTES)
    expect(told.grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
    expect(told.refused).toBe('PENDING_QUEUE_FULL')
    expect(told.dropped * MESSAGE_BYTES).toBeGreaterThan(OFFERED_BYTES - HIGH_WATER_BYTES - OUTBOX_BYTES - SYSTEM_BYTES)
    expect(await child.exit()).toEqual({ code: 0, signal: null })
  },
)

test(
  'an engine whose worker does not read holds what it may for it, and refuses further calls',
  { timeout: 60_000 },
  async () => {
    const args = ['engine', '-', OFFERED_BYTES, MESSAGE_BYTES, PEER_BYTES].map(String)
    const child = runCompiledChild('write-to-stalled-peer', args, ['--expose-gc'])
    const [, url = ''] = await child.says(/"url":"([^"]+)"/)
    await stalledWorker(url, 'f')
    const [line] = await child.says(/\{"grownBytes".*\}\n/, 50_000)
    const told = JSON.parse(line) as Told & { refused: number }
    tell('engine', told)

    expect(told.mostWaiting).toBeLessThanOrEqual(PEER_BYTES + FRAME_BYTES + SYSTEM_BYTES)
    expect(told.mostWaiting).toBeGreaterThan(PEER_BYTES - FRAME_BYTES)
    expect(told.refused * MESSAGE_BYTES + told.mostWaiting).toBe(OFFERED_BYTES)
    expect(told.grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
    expect(await child.exit()).toEqual({ code: 0, signal: null })
  },
)
