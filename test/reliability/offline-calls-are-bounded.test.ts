import { expect, test } from 'vitest'
import { runChild } from '../kit/compiled-project.js'
import { SESSION_INFO, webSocketPeer } from '../kit/socket-peer.js'

const CALLS = 1_000_000
const MIB = 1024 * 1024
const CAP_BYTES = 16 * MIB
const SLACK_BYTES = 10 * MIB

interface Measured {
  readonly grownBytes: number
  readonly refused: string
  readonly queuedMessages: number
  readonly queuedBytes: number
  readonly droppedVoids: number
}

test(
  'a million calls without an engine use no more memory than the cap; queued ones arrive in order',
  { timeout: 120_000 },
  async () => {
    const numbers: number[] = []
    const peer = await webSocketPeer((socket) => {
      socket.send(SESSION_INFO)
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as Record<string, unknown>
        const { type, invocation_id, function_id } = frame
        if (function_id === 'log') numbers.push((frame['data'] as { n: number }).n)
        if (type === 'ping') socket.send('{"type":"pong"}')
        if (invocation_id === undefined) return
        socket.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, result: { success: true } }))
      })
    })
    const child = runChild('offline-worker', [peer.url, String(CALLS), String(CAP_BYTES)], {
      nodeArgs: ['--expose-gc'],
    })
    const [line] = await child.says(/\{.*\}\n/, 100_000)
    const measured = JSON.parse(line) as Measured
    expect(await child.exit()).toEqual({ code: 0, signal: null })
    console.info(
      `heap + ${(measured.grownBytes / MIB).toFixed(1)} MiB, ${String(measured.queuedMessages)} kept, ${String(measured.droppedVoids)} dropped`,
    )

    expect(measured.grownBytes).toBeLessThanOrEqual(CAP_BYTES + SLACK_BYTES)
    expect(measured.queuedBytes).toBeLessThanOrEqual(CAP_BYTES)
    expect(measured.queuedBytes).toBeGreaterThan(CAP_BYTES - 2 * 1024)
    expect(measured.refused).toBe('PENDING_QUEUE_FULL, not_sent')
    expect(measured.droppedVoids + measured.queuedMessages).toBe(CALLS)
    expect(numbers).toEqual(Array.from({ length: measured.queuedMessages }, (_, n) => n))
  },
)
