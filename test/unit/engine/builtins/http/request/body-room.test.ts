import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Exchange } from '../../../../../../src/engine/builtins/http/exchange.js'
import { BodyRoom } from '../../../../../../src/engine/builtins/http/request/body-room.js'
import { VirtualClock } from '../../../../../../src/std/time/virtual-clock.js'

const MIB = 1024 * 1024
const MAX_BYTES = 16 * MIB

function rig() {
  const clock = new VirtualClock()
  const room = new BodyRoom(clock)
  /** A request whose body the test sends; `end` ends the request. */
  const request = (announcedBytes = MAX_BYTES) => {
    const releases: (() => void)[] = []
    const body = new PassThrough({ highWaterMark: 64 * MIB })
    const exchange = { request: body, onOver: (release: () => void) => releases.push(release) } as unknown as Exchange
    const outcome: { value?: string | number } = {}
    void room.read(exchange, { announcedBytes, maxBytes: MAX_BYTES }).then((read) => {
      outcome.value = typeof read === 'string' ? read : read.length
    })
    const end = (): void => {
      for (const release of releases) release()
    }
    return { outcome, end, body, send: (bytes: number) => body.write(Buffer.alloc(bytes)) }
  }
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, request, settle }
}

test('a body counts by what has arrived, so announced bytes do not delay others', async () => {
  const { request, settle } = rig()
  for (let slow = 0; slow < 10; slow += 1) request().send(1)
  const steady = request(100_000)
  steady.send(100_000)
  steady.body.end()
  await settle()

  expect(steady.outcome.value).toBe(100_000)
})

test('beyond the limit a body waits until a request ends', async () => {
  const { request, settle } = rig()
  const others = Array.from({ length: 4 }, () => request())
  for (const { send, body } of others) {
    send(MAX_BYTES)
    body.end()
  }
  const late = request()
  late.send(MIB)
  late.body.end()
  await settle()
  expect(others.map(({ outcome }) => outcome.value)).toEqual([MAX_BYTES, MAX_BYTES, MAX_BYTES, MAX_BYTES])
  expect(late.outcome.value).toBeUndefined()
  others[0]?.end()
  await settle()

  expect(late.outcome.value).toBe(MIB)
})

test('a body that stops arriving while another waits is given up after five to ten seconds', async () => {
  const { clock, request, settle } = rig()
  const stalled = Array.from({ length: 5 }, () => request())
  for (const { send } of stalled) send(MAX_BYTES - 1)
  await settle()
  const steady = request()
  steady.send(MIB)
  steady.body.end()
  await settle()
  expect(steady.outcome.value).toBeUndefined()
  await clock.advance(10_000)
  await settle()

  expect(stalled[0]?.outcome.value).toBe('too-slow')
  expect(steady.outcome.value).toBe(MIB)
  for (const { end } of [...stalled, steady]) end()
  expect(clock.pendingTimers).toBe(0)
})

test('a body over its own limit is too large, and its bytes are free at once', async () => {
  const { request, settle } = rig()
  const large = request()
  large.send(MAX_BYTES + 1)
  await settle()

  expect(large.outcome.value).toBe('too-large')
})

test('small bodies are read even when the limit is used up', async () => {
  const { request, settle } = rig()
  for (let other = 0; other < 4; other += 1) request().send(MAX_BYTES)
  await settle()
  const small = request(1_000)
  small.send(1_000)
  small.body.end()
  await settle()

  expect(small.outcome.value).toBe(1_000)
})
