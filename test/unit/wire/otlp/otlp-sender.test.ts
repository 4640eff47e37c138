import { expect, onTestFinished, test } from 'vitest'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import type { OtlpReport } from '../../../../src/wire/otlp/otlp-sender.js'
import { otlpTargets, type OtlpOptions } from '../../../../src/wire/otlp/otlp-settings.js'
import { startOtlp } from '../../../../src/wire/otlp/start-otlp.js'
import { spansOf } from '../../../../src/testing/otlp.js'
import { authority } from '../../../kit/certificates.js'
import { otlpCollector, type Collector, type CollectorOptions, type Received } from '../../../kit/otlp-collector.js'
import { seededRandom } from '../../../kit/seeded-random.js'
import { gauge, logFrame, metricFrame, spanFrame, spanId } from '../../../kit/telemetry-frames.js'
import { until } from '../../../kit/waiting.js'

const HOUR_MS = 3_600_000

function sender(options: OtlpOptions, maxFrames?: number) {
  const clock = new VirtualClock()
  const reports: OtlpReport[] = []
  const targets = otlpTargets({ protocol: 'http/json', ...options }, {}, 'options')
  const ports = { clock, random: seededRandom(1), report: (report: OtlpReport) => reports.push(report) }
  const sending = startOtlp(ports, targets, maxFrames === undefined ? {} : { maxFrames })
  onTestFinished(() => sending.close(0))
  return { clock, reports, sending }
}

async function rig(options: OtlpOptions = {}, serving: CollectorOptions = {}) {
  const collector = await otlpCollector(serving)
  return { collector, ...sender({ endpoint: collector.url, ...options }) }
}

const names = ({ requests }: Collector) => requests.flatMap(({ body }) => spansIn(body).map(({ name }) => name))
const spansIn = (body: Received['body']) => spansOf(JSON.parse(body.toString('utf8')))
const span = (name: string) => spanFrame([{ name }])

/** Runs timers that are due, and waits for what a socket brings. */
async function advanceUntil(clock: VirtualClock, holds: () => boolean, stepMs = 1_000): Promise<void> {
  await until(() => {
    void clock.advance(stepMs)
    return holds()
  })
}

test('frames of one second share a request, and each signal has its own address', async () => {
  const { collector, clock, sending } = await rig()
  for (const name of ['a', 'b']) sending.send(span(name), 1)
  sending.send(logFrame([{ body: { stringValue: 'x' } }]), 1)
  sending.send(metricFrame([gauge('g', 1)]), 1)
  expect(sending.counts().waitingBytes).toBeGreaterThan(0)
  await clock.advance(999)
  expect(collector.requests).toEqual([])
  await advanceUntil(clock, () => sending.counts().sent === 4, 1)
  expect(collector.requests.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces'])
  const traces = collector.requests.find(({ path }) => path === '/v1/traces')!
  expect(spansIn(traces.body).map(({ name }) => name)).toEqual(['a', 'b'])
  expect(sending.counts()).toEqual({ sent: 4, dropped: 0, failed: 0, waitingBytes: 0 })
})

test('running spans, and items that a collector would refuse, are left out of the request', async () => {
  const { collector, sending } = await rig()
  sending.send(
    spanFrame([{ name: 'running', endTimeUnixNano: '0' }, { name: 'no id', spanId: 'x' }, { name: 'good' }]),
    3,
  )
  sending.send(Buffer.from('OTLP{"resourceSpans":'), 1)
  sending.send(
    spanFrame([
      { name: 5, kind: 'x', unknown: 1, attributes: [{ key: 1 }, { key: '0', value: { stringValue: 'v' } }] },
    ]),
    1,
  )
  await sending.close(HOUR_MS)
  expect(names(collector)).toEqual(['good', ''])
  expect(collector.requests[0]!.body.toString()).not.toContain('unknown')
  expect(spansIn(collector.requests[0]!.body)[1]!.attributes).toEqual({ '0': 'v' })
})

test.each([429, 502, 503, 504])('a request that is answered with %i is sent again', async (status) => {
  const { collector, clock, reports, sending } = await rig()
  collector.respond = ({ body }, response) => {
    response.writeHead(collector.requests.length < 3 ? status : 200).end(body.length === 0 ? 'empty' : '')
  }
  sending.send(span('a'), 1)
  await advanceUntil(clock, () => sending.counts().sent === 1, 100)
  expect(names(collector)).toEqual(['a', 'a', 'a'])
  expect(reports.map(({ reason }) => reason)).toEqual([`HTTP ${String(status)}`, undefined])
})

test.each([400, 401, 404, 413, 500, 301])('a request that is answered with %i is not sent again', async (status) => {
  const { collector, clock, reports, sending } = await rig()
  collector.respond = (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', location: '/elsewhere' }).end('no such thing')
  }
  sending.send(span('a'), 1)
  await advanceUntil(clock, () => sending.counts().failed === 1, 100)
  await clock.advance(HOUR_MS)
  expect(collector.requests).toHaveLength(1)
  expect(reports).toMatchObject([{ signal: 'OTLP', reason: `HTTP ${String(status)}: no such thing` }])
})

test.each([
  ['90', 90_000],
  [new Date(Date.UTC(2026, 0, 1) + 100_000).toUTCString(), 95_000],
  ['999999', 300_000],
  ['soon', 0],
])('Retry-After: %s is honoured, up to five minutes', async (retryAfter, waitMs) => {
  const { collector, clock, sending } = await rig()
  collector.respond = (_request, response) => {
    if (collector.requests.length > 1) response.end()
    else response.writeHead(429, { 'retry-after': retryAfter }).end()
  }
  sending.send(span('a'), 1)
  await advanceUntil(clock, () => collector.requests.length === 1, 10)
  const before = clock.now()
  await advanceUntil(clock, () => sending.counts().sent === 1, 50)
  expect(clock.now() - before).toBeGreaterThanOrEqual(waitMs)
})

test('a collector that hangs for an hour costs bounded memory; what does not fit is dropped, and sending goes on', async () => {
  const { collector, clock, reports, sending } = await rig({ timeoutMs: 10_000 })
  collector.respond = () => undefined
  const large = spanFrame([{ name: 'x'.repeat(100 * 1024) }])
  for (let minute = 0; minute < 60; minute += 1) {
    for (let each = 0; each < 10; each += 1) sending.send(large, 1)
    await clock.advance(60_000)
    expect(sending.counts().waitingBytes).toBeLessThan(9 * 1024 * 1024)
  }
  const { sent, dropped, failed } = sending.counts()
  expect(sent).toBe(0)
  expect(dropped).toBeGreaterThan(400)
  expect(reports).toMatchObject([{ reason: 'no answer within 10000 ms' }])
  collector.respond = (_request, response) => response.end()
  await advanceUntil(clock, () => sending.counts().waitingBytes === 0)
  const after = sending.counts()
  expect(after.sent + after.dropped + after.failed).toBe(600)
  expect(after.sent).toBeGreaterThan(0)
  expect(after.failed).toBeGreaterThanOrEqual(failed)
  expect(reports.at(-1)).toMatchObject({ reason: undefined })
})

test('more frames than the limit are dropped and counted', () => {
  const { sending } = sender({ endpoint: 'http://127.0.0.1:1' }, 3)
  const taken = Array.from({ length: 5 }, () => sending.send(span('a'), 2))
  expect(taken).toEqual([true, true, true, false, false])
  expect(sending.counts()).toMatchObject({ dropped: 4, sent: 0 })
})

test('frames are sent once a collector is reachable, and kept while it is not', async () => {
  const { collector: first, clock, reports, sending } = await rig()
  const port = Number(new URL(first.url).port)
  await first.close()
  sending.send(span('a'), 1)
  await advanceUntil(clock, () => reports.length === 1)
  expect(reports[0]!.reason).toContain('ECONNREFUSED')
  const second = await otlpCollector({ port })
  await advanceUntil(clock, () => sending.counts().sent === 1)
  await second.close()
  sending.send(span('b'), 1)
  await advanceUntil(clock, () => reports.length === 3)
  const third = await otlpCollector({ port })
  await advanceUntil(clock, () => sending.counts().sent === 2)
  expect([...names(second), ...names(third)]).toEqual(['a', 'b'])
})

test('a request is dropped after ten attempts', async () => {
  const { collector, clock, sending } = await rig()
  collector.respond = (_request, response) => response.writeHead(503).end()
  sending.send(span('a'), 1)
  await advanceUntil(clock, () => sending.counts().failed === 1)
  expect(collector.requests).toHaveLength(10)
})

test.each(['http/json', 'http/protobuf'] as const)(
  'partial success over %s counts what was rejected',
  async (protocol) => {
    const { collector, reports, sending } = await rig({ protocol })
    const binary = Buffer.from([0x0a, 5, 0x08, 2, 0x12, 1, 0x21]) // rejected 2, '!'
    const json = JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: '!' } })
    collector.respond = ({ headers }, response) => {
      response.setHeader('content-type', headers['content-type']!).end(protocol === 'http/json' ? json : binary)
    }
    sending.send(spanFrame([{ spanId: spanId(1) }, { spanId: spanId(2) }, { spanId: spanId(3) }]), 3)
    await sending.close(HOUR_MS)
    expect(sending.counts()).toMatchObject({ sent: 1, failed: 2 })
    expect(reports).toMatchObject([{ reason: '2 of 3 were rejected: !' }])
  },
)

test('TLS with a private authority and a client certificate; without them nothing is sent', async () => {
  const root = await authority()
  const { ca } = root
  const [server, client] = [await root.issue(['127.0.0.1']), await root.issue(['client'])]
  const serving = { tls: { ...server, ca, requestCert: true } }
  const { collector, sending } = await rig({ tls: { ca, ...client }, compression: 'gzip' }, serving)
  sending.send(span('a'), 1)
  await sending.flush()
  expect(names(collector)).toEqual(['a'])
  expect(collector.requests[0]!.headers['content-encoding']).toBe('gzip')
  for (const tls of [undefined, { ca }, { ca: (await authority()).ca, ...client }]) {
    const other = sender({ endpoint: collector.url, tls })
    other.sending.send(span('b'), 1)
    await other.sending.close(HOUR_MS)
    expect(other.reports).toHaveLength(1)
  }
  expect(collector.requests).toHaveLength(1)
})

test('closing sends queued frames with one attempt, and ends at its limit when the collector hangs', async () => {
  const { collector, clock, sending } = await rig()
  collector.respond = () => undefined
  sending.send(span('a'), 1)
  let isClosed = false
  const closed = sending.close(2_000).then(() => (isClosed = true))
  await collector.received(({ length }) => length === 1)
  expect(isClosed).toBe(false)
  await clock.advance(2_000)
  await closed
  expect(sending.send(span('b'), 1)).toBe(false)
  expect(sending.counts()).toEqual({ sent: 0, dropped: 2, failed: 0, waitingBytes: 0 })
})
