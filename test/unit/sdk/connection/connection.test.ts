import { expect, test } from 'vitest'
import { Connection, type ConnectionEvents } from '../../../../src/sdk/connection/connection.js'
import {
  CLOSE_TIMEOUT_MS,
  connectionOptions,
  DEFAULT_RECONNECTION,
  type ReconnectionOptions,
} from '../../../../src/sdk/connection/options.js'
import { resolveReconnection } from '../../../../src/sdk/connection/reconnection.js'
import type { FrameSender } from '../../../../src/sdk/connection/outbox.js'
import { HANDSHAKE_TIMEOUT_MS } from '../../../../src/wire/protocol/limits.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import {
  HIGH_WATER_BYTES,
  type Dial,
  type Transport,
  type TransportEvents,
} from '../../../../src/wire/transport/transport.js'

/** A passive transport: the test emits its events. */
class HandTransport implements Transport {
  readonly sent: (string | Uint8Array)[] = []
  readonly calls: string[] = []
  readonly events: TransportEvents
  bufferedBytes = 0
  isOpen = true

  constructor(events: TransportEvents) {
    this.events = events
  }

  send(frame: string | Uint8Array): void {
    this.sent.push(frame)
  }
  flushed(callback: () => void): void {
    callback()
  }
  ping(): void {
    this.calls.push('ping')
  }
  pause(): void {}
  resume(): void {}
  close(code?: number): void {
    this.calls.push(`close ${String(code)}`)
  }
  terminate(): void {
    this.calls.push('terminate')
  }
}

function set(options: Partial<typeof DEFAULT_RECONNECTION> = {}, on: Partial<ConnectionEvents> = {}) {
  const clock = new VirtualClock()
  const transports: HandTransport[] = []
  const log: string[] = []
  const dial: Dial = (_url, _options, events) => {
    const transport = new HandTransport(events)
    transports.push(transport)
    return transport
  }
  const events: ConnectionEvents = {
    headers: () => ({}),
    opened: (send) => {
      send('replay 1')
      send('replay 2')
      log.push('opened')
    },
    frame: (text) => log.push(`frame ${text}`),
    lost: ({ closeCode }) => log.push(`lost ${String(closeCode)}`),
    ended: (_reason, retryInMs) => log.push(`ended ${String(retryInMs)}`),
    stateChanged: (state) => log.push(state),
    ...on,
  }
  const config = { ...DEFAULT_RECONNECTION, jitterFactor: 0, ...options }
  const ports = { dial, clock, random: { next: () => 0.5, uuid: () => '' } }
  const connection = new Connection(ports, connectionOptions(['ws://x'], config), events)
  return { clock, connection, transports, log, last: () => transports.at(-1)! }
}

function sender(fates: string[] = []): FrameSender {
  return {
    written: () => fates.push('written'),
    expired: () => fates.push('expired'),
    discarded: () => fates.push('discarded'),
  }
}

const gone = { code: 1006, reason: '' }

test('connect dials once, before it returns', () => {
  const { connection, transports, log } = set()
  connection.connect()
  connection.connect()

  expect(transports).toHaveLength(1)
  expect(log).toEqual(['connecting'])
})

test('on open the replay is sent first, then queued frames, before the event returns', () => {
  const { connection, last } = set()
  const fates: string[] = []
  connection.connect()
  expect(connection.post('waiting', sender(fates))).toBe('queued')
  last().events.open()

  expect(last().sent).toEqual(['replay 1', 'replay 2', 'waiting'])
  expect(fates).toEqual(['written'])
})

test('frames posted by a state listener during open follow the replay and the queue', () => {
  const outer: { connection?: Connection } = {}
  const rig = set(
    {},
    {
      stateChanged: (state) => {
        if (state === 'connected') outer.connection!.post('from listener', sender())
      },
    },
  )
  outer.connection = rig.connection
  rig.connection.connect()
  rig.connection.post('waiting', sender())
  rig.last().events.open()

  expect(rig.last().sent).toEqual(['replay 1', 'replay 2', 'waiting', 'from listener'])
})

test('an open link writes at once', () => {
  const { connection, last } = set()
  connection.connect()
  last().events.open()

  expect(connection.post('now', sender())).toBe('written')
  expect(last().sent.at(-1)).toBe('now')
})

test('a congested connection queues frames, and continues in order once drained', () => {
  const { connection, last } = set()
  connection.connect()
  last().events.open()
  last().bufferedBytes = HIGH_WATER_BYTES + 1
  expect(connection.post('one more', sender())).toBe('written')
  expect(connection.post('first', sender())).toBe('queued')
  expect(connection.post('second', sender())).toBe('queued')
  last().bufferedBytes = 0
  expect(connection.post('third', sender())).toBe('queued')
  last().events.drained()
  expect(connection.post('fourth', sender())).toBe('written')

  expect(last().sent.slice(2)).toEqual(['one more', 'first', 'second', 'third', 'fourth'])
})

test('congestion ends with its link', async () => {
  const { clock, connection, last } = set()
  connection.connect()
  last().events.open()
  last().bufferedBytes = HIGH_WATER_BYTES + 1
  connection.post('fills the buffer', sender())
  connection.post('waits', sender())
  last().events.close(gone)
  await clock.advance(1_000)
  last().events.open()

  expect(last().sent).toEqual(['replay 1', 'replay 2', 'waits'])
})

test('frames that a replay would repeat are written on an open link only', () => {
  const { connection, last } = set()
  connection.connect()
  expect(connection.sendIfOpen('early')).toBe(false)
  last().events.open()
  expect(connection.sendIfOpen('now')).toBe(true)

  expect(last().sent).toEqual(['replay 1', 'replay 2', 'now'])
})

test('a stalled handshake is cut at its limit and tried again', async () => {
  const { clock, connection, transports, last } = set()
  connection.connect()
  await clock.advance(HANDSHAKE_TIMEOUT_MS)
  expect(last().calls).toEqual(['terminate'])
  last().events.close(gone)
  await clock.advance(1_000)

  expect(transports).toHaveLength(2)
})

test('the delay grows with every link that was not stable', async () => {
  const { clock, connection, log, last } = set()
  connection.connect()
  for (let attempt = 0; attempt < 4; attempt += 1) {
    last().events.open()
    last().events.close(gone)
    await clock.advance(30_000)
  }
  expect(log.filter((line) => line.startsWith('ended'))).toEqual([
    'ended 1000',
    'ended 2000',
    'ended 4000',
    'ended 8000',
  ])

  last().events.open()
  await clock.advance(5_000)
  last().events.close(gone)
  expect(log.at(-1)).toBe('ended 1000')
})

test('after the last retry it fails, rejects calls, and reports the reason', () => {
  const { connection, log, last } = set({ maxRetries: 0 })
  const fates: string[] = []
  connection.connect()
  connection.post('waiting', sender(fates))
  last().events.close({ ...gone, status: 401 })

  expect(log).toEqual(['connecting', 'failed', 'ended undefined'])
  expect(fates).toEqual(['discarded'])
  expect(connection.post('late', sender())).toEqual({ refused: 'ended' })
  expect(connection.failure).toMatchObject({ code: 'HANDSHAKE_FAILED', status: 401 })
})

test.each(['idle', 'dialling', 'open', 'waiting', 'closed', 'failed'] as const)(
  'close settles from %s and leaves no timer',
  async (state) => {
    const { clock, connection, transports, last } = set(state === 'failed' ? { maxRetries: 0 } : {})
    if (state !== 'idle') connection.connect()
    if (state === 'open') last().events.open()
    if (state === 'waiting' || state === 'failed') last().events.close(gone)
    if (state === 'closed') void connection.close()

    let settled = false
    void connection.close().then(() => (settled = true))
    expect(connection.isOver).toBe(true)
    await clock.advance(CLOSE_TIMEOUT_MS)
    for (const transport of transports) if (transport.calls.includes('terminate')) transport.events.close(gone)
    await clock.advance(0)

    expect(settled).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  },
)

test('a close frame is answered by the peer, or the connection is cut at the time limit', async () => {
  const { clock, connection, last } = set()
  connection.connect()
  last().events.open()
  const closed = connection.close()
  expect(last().calls).toEqual(['close 1000'])
  last().events.close({ code: 1000, reason: '' })
  await closed

  expect(clock.pendingTimers).toBe(0)
})

test('frames that arrive after the end are not delivered', () => {
  const { connection, log, last } = set()
  connection.connect()
  last().events.open()
  last().events.text('received')
  void connection.close()
  last().events.text('not received')
  last().events.binary(new Uint8Array([1]))

  expect(log).toContain('frame received')
  expect(log).not.toContain('frame not received')
})

test('a connection that opens after close() is not used', () => {
  const { connection, log, last } = set()
  connection.connect()
  void connection.close()
  last().events.open()

  expect(last().sent).toEqual([])
  expect(log).toEqual(['connecting', 'disconnected'])
})

test('a binary frame is read as text', () => {
  const { connection, log, last } = set()
  connection.connect()
  last().events.open()
  last().events.binary(Buffer.from('{"ü":1}'))

  expect(log).toContain('frame {"ü":1}')
})

test('flushed waits for the transport, and no longer than the link lives', async () => {
  const { connection, last } = set()
  await connection.flushed()
  connection.connect()
  last().events.open()
  let flushed = false
  last().flushed = () => undefined
  void connection.flushed().then(() => (flushed = true))
  await Promise.resolve()
  expect(flushed).toBe(false)
  last().events.close(gone)
  await new Promise((resolve) => setImmediate(resolve))

  expect(flushed).toBe(true)
})

test('a peer that accepts the WebSocket and starts no session is reported as a wrong port', () => {
  const reasons: string[] = []
  const { clock, connection, last } = set({}, { awaitsSession: true, ended: ({ message }) => reasons.push(message) })
  connection.connect()
  last().events.open()
  void clock.advance(HANDSHAKE_TIMEOUT_MS)
  last().events.close(gone)

  expect(reasons).toEqual([expect.stringContaining('ws://x accepted a WebSocket and started no session')])
})

test('settings of reconnection may be undefined', () => {
  const given: ReconnectionOptions = { maxRetries: undefined, initialDelayMs: 5 }

  expect(resolveReconnection(given)).toEqual({ ...DEFAULT_RECONNECTION, initialDelayMs: 5 })
})
