import { expect, test } from 'vitest'
import { defaultLimits } from '../../src/engine/limits.js'
import { HIGH_WATER_BYTES } from '../../src/wire/transport/transport.js'
import { runChild } from '../kit/compiled-project.js'
import { stalledEngine, stalledWorker } from '../kit/stalled-peers.js'

const isNightly = process.env['TIER'] === 'nightly'
const MIB = 1024 * 1024
const OFFERED_BYTES = 128 * MIB
const MESSAGE_BYTES = 64 * 1024
/** A message with the frame around it. */
const FRAME_BYTES = MESSAGE_BYTES + 1024
/** What a worker keeps while it may not write. */
const OUTBOX_BYTES = 1 * MIB
/** What an engine lets wait for one worker here, as much as a worker has in its socket; 128 MiB by default. */
const PEER_BYTES = HIGH_WATER_BYTES
/** What two sockets of this machine hold between two processes, at most. */
const SYSTEM_BYTES = 16 * MIB
const MAX_GROWTH_BYTES = 32 * MIB

const inMib = (bytes: number): string => (bytes / MIB).toFixed(1)

interface WorkerMeasured {
  readonly grownBytes: number
  readonly mostInSocket: number
  readonly mostInQueue: number
  readonly refused: string
  readonly refusedCalls: number
  readonly droppedVoids: number
}

test(
  'a worker whose engine does not read holds its buffer and its queue, and refuses the rest',
  { timeout: 60_000 },
  async () => {
    const { url } = await stalledEngine()
    const args = ['worker', url, OFFERED_BYTES, MESSAGE_BYTES, OUTBOX_BYTES].map(String)
    const child = runChild('write-to-stalled-peer', args, { nodeArgs: ['--expose-gc'] })
    const [line] = await child.says(/\{"grownBytes".*\}\n/, 50_000)
    const measured = JSON.parse(line) as WorkerMeasured
    const { grownBytes, mostInSocket, mostInQueue, droppedVoids } = measured
    console.info(
      `worker: RSS + ${inMib(grownBytes)} MiB, ${inMib(mostInSocket)} MiB in its socket, ${inMib(mostInQueue)} in its queue`,
    )

    expect(mostInSocket).toBeLessThanOrEqual(HIGH_WATER_BYTES + FRAME_BYTES)
    expect(mostInSocket).toBeGreaterThan(HIGH_WATER_BYTES)
    expect(mostInQueue).toBeLessThanOrEqual(OUTBOX_BYTES)
    expect(mostInQueue).toBeGreaterThan(OUTBOX_BYTES - FRAME_BYTES)
    expect(grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
    expect(measured).toMatchObject({ refused: 'PENDING_QUEUE_FULL', refusedCalls: 1 })
    expect(droppedVoids * MESSAGE_BYTES).toBeGreaterThan(OFFERED_BYTES - HIGH_WATER_BYTES - OUTBOX_BYTES - SYSTEM_BYTES)
    expect(await child.exit()).toEqual({ code: 0, signal: null })
  },
)

interface EngineMeasured {
  readonly grownBytes: number
  readonly mostWaiting: number
  readonly refused: number
  readonly counted: number
  readonly paused: number
}

/** Sends an engine calls for a worker that does not read; returns the most bytes that were queued for it. */
async function measureEngine(offeredBytes: number, peerBytes: number): Promise<EngineMeasured> {
  const args = ['engine', '-', offeredBytes, MESSAGE_BYTES, peerBytes].map(String)
  const child = runChild('write-to-stalled-peer', args, { nodeArgs: ['--expose-gc'] })
  const [, url = ''] = await child.says(/"url":"([^"]+)"/)
  await stalledWorker(url, 'f')
  const [line] = await child.says(/\{"grownBytes".*\}\n/, 50_000)
  expect(await child.exit()).toEqual({ code: 0, signal: null })
  const measured = JSON.parse(line) as EngineMeasured
  const { grownBytes, mostWaiting } = measured
  console.info(`engine: RSS + ${inMib(grownBytes)} MiB, ${inMib(mostWaiting)} of ${inMib(peerBytes)} MiB waited`)

  expect(mostWaiting).toBeLessThanOrEqual(peerBytes + FRAME_BYTES)
  expect(mostWaiting).toBeGreaterThan(peerBytes)
  expect(measured).toMatchObject({ paused: 1, counted: measured.refused })
  expect(measured.refused * MESSAGE_BYTES).toBeGreaterThan(offeredBytes - peerBytes - SYSTEM_BYTES)
  return measured
}

test(
  'an engine whose worker does not read queues up to its limit, and refuses further calls',
  { timeout: 60_000 },
  async () => {
    const { grownBytes } = await measureEngine(OFFERED_BYTES, PEER_BYTES)
    expect(grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
  },
)

// As much as it holds by default is more than the growth allowed above: what it holds is bounded all the same.
if (isNightly) {
  test('an engine with its default cap holds no more than that', { timeout: 60_000 }, async () => {
    await measureEngine(2 * defaultLimits.maxPeerBytes, defaultLimits.maxPeerBytes)
  })
}
