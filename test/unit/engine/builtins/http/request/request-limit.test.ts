import { expect, test } from 'vitest'
import { openRequest, rawSocket } from '../../../../../kit/http-client.js'
import { startHttp, type HttpRig } from '../../../../../kit/builtin-rig.js'
import { until } from '../../../../../kit/waiting.js'

/** A route `/a` whose handler waits until it is let go; `entered` counts how many it has seen. */
async function startHeld(rig: HttpRig) {
  const letGo: ((result: unknown) => void)[] = []
  const seen: string[] = []
  rig.host.serve('f', (data) => {
    seen.push((data as { query_params: { n: string } }).query_params.n)
    return new Promise((resolve) => letGo.push(resolve))
  })
  await rig.route('f', { api_path: '/a' })
  const untilSeen = (count: number): Promise<void> => until(() => seen.length >= count)
  return { letGo, seen, untilSeen }
}

/** Waits until so many requests have arrived that are not answered: each has a timer. */
const arrived = (rig: HttpRig, count: number): Promise<void> => until(() => rig.host.clock.pendingTimers === count)

test('requests above the limit wait for their turn, in order', async () => {
  const rig = await startHttp({ concurrency_request_limit: 2 })
  const { letGo, seen, untilSeen } = await startHeld(rig)
  const pending = []
  for (const n of ['1', '2', '3', '4']) {
    pending.push(rig.call({ path: `/a?n=${n}` }))
    await arrived(rig, pending.length)
  }
  expect(seen).toEqual(['1', '2'])
  letGo[0]?.({})
  await untilSeen(3)
  expect(seen).toEqual(['1', '2', '3'])
  for (let index = 1; index < 4; index++) {
    await untilSeen(index + 1)
    letGo[index]?.({})
  }
  expect((await Promise.all(pending)).map((answer) => answer.status)).toEqual([200, 200, 200, 200])
})

test('a waiting request whose client disconnects frees its place', async () => {
  const rig = await startHttp({ concurrency_request_limit: 1 })
  const { letGo, seen, untilSeen } = await startHeld(rig)
  const first = rig.call({ path: '/a?n=1' })
  await untilSeen(1)
  const leaving = openRequest({ port: rig.port, path: '/a?n=2' }).on('error', () => {})
  leaving.end()
  await arrived(rig, 2)
  const third = rig.call({ path: '/a?n=3' })
  await arrived(rig, 3)
  leaving.destroy()
  await arrived(rig, 2)
  letGo[0]?.({})
  await untilSeen(2)
  letGo[1]?.({})
  expect([(await first).status, (await third).status, seen]).toEqual([200, 200, ['1', '3']])
  expect(rig.host.clock.pendingTimers).toBe(0)
})

test('waiting counts towards the time limit, and a freed place is reused', async () => {
  const rig = await startHttp({ concurrency_request_limit: 1, default_timeout: 3000 })
  const { letGo, seen, untilSeen } = await startHeld(rig)
  const first = rig.call({ path: '/a?n=1' })
  await untilSeen(1)
  await rig.host.clock.advance(1000)
  const second = rig.call({ path: '/a?n=2' })
  await arrived(rig, 2)
  await rig.host.clock.advance(2000)
  expect((await first).status).toBe(504)
  await untilSeen(2)
  await rig.host.clock.advance(1000)
  expect((await second).status).toBe(504)
  const third = rig.call({ path: '/a?n=3' })
  await untilSeen(3)
  letGo[2]?.({})
  expect([(await third).status, seen]).toEqual([200, ['1', '2', '3']])
})

test('a response that starts to stream frees its place for the next request', async () => {
  const rig = await startHttp({ concurrency_request_limit: 1 })
  const { letGo, untilSeen } = await startHeld(rig)
  const streaming = rig.call({ path: '/a?n=1' })
  await untilSeen(1)
  const channel = rig.host.channelOf(rig.host.payloads('f')[0], 'response')
  await channel.write(Buffer.from('a'))
  const second = rig.call({ path: '/a?n=2' })
  await untilSeen(2)
  letGo[1]?.({})
  expect((await second).status).toBe(200)
  channel.end()
  expect((await streaming).text).toBe('a')
})

test('when ten thousand requests wait, the next is answered with 503 and a code', async () => {
  const rig = await startHttp({ concurrency_request_limit: 1 })
  const { letGo, untilSeen } = await startHeld(rig)
  const socket = rawSocket(rig.port)
  // Requests in a row on one connection all arrive at once, though they are answered in turn.
  socket.write('GET /a?n=x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10_001))
  while (rig.host.clock.pendingTimers < 10_001) await new Promise((resolve) => setImmediate(resolve))
  const refused = await rig.call({ path: '/a?n=y' })
  expect([refused.status, refused.json()]).toMatchObject([503, { error: { code: 'PENDING_QUEUE_FULL' } }])
  expect((await rig.call({ path: '/unknown' })).status).toBe(404)
  expect(rig.builtin.waiting?.()).toEqual({ requests: 10_000 })
  expect(rig.host.counters.refused.requests).toBe(1)

  socket.destroy()
  while (rig.host.clock.pendingTimers > 0) await new Promise((resolve) => setImmediate(resolve))
  const next = rig.call({ path: '/a?n=z' })
  await untilSeen(2)
  letGo[1]?.({})
  expect((await next).status).toBe(200)
})
