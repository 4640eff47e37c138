import pino from 'pino'
import { expect, test } from 'vitest'
import { createPinoStream } from 'iii-node/helpers/observability'
import { createTestEngine } from 'iii-node/testing'

const otel = { enabled: true, fetchInstrumentationEnabled: false }

/** The records that lines of one logger become, by way of the stream. */
async function recorded(options: pino.LoggerOptions, write: (logger: pino.Logger) => void) {
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel })
  await worker.ready()
  const { messageKey } = options
  write(pino({ level: 'trace', ...options }, createPinoStream(messageKey === undefined ? {} : { messageKey })))
  await worker.shutdown()
  return engine.logs().map(({ severity, body, timeMs, attributes }) => ({
    severity,
    body,
    timeMs,
    data: attributes['log.data'] as Record<string, unknown> | undefined,
  }))
}

const gcp = (label: string) => ({ warn: 'WARNING', fatal: 'CRITICAL' })[label] ?? label.toUpperCase()
const ecsTime = () => `,"@timestamp":"${new Date().toISOString()}"`

test.each<[string, pino.LoggerOptions]>([
  ['pino’s own', {}],
  ['names as levels', { formatters: { level: (label) => ({ level: label }) } }],
  ['Google Cloud’s', { messageKey: 'message', formatters: { level: (label) => ({ severity: gcp(label) }) } }],
  ['ECS’', { messageKey: 'message', formatters: { level: (label) => ({ 'log.level': label }) }, timestamp: ecsTime }],
  ['ECS’, nested', { formatters: { level: (label) => ({ log: { level: label } }) } }],
  ['seconds', { timestamp: pino.stdTimeFunctions.unixTime }],
  ['ISO times', { timestamp: pino.stdTimeFunctions.isoTime }],
  ['nanoseconds', { timestamp: () => `,"time":"${String(Date.now())}000000"` }],
  ['no times', { timestamp: false }],
])('lines in the form of %s keep their level, message and time', async (_name, options) => {
  const before = Math.floor(Date.now() / 1000) * 1000
  const records = await recorded(options, (logger) => {
    for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) logger[level](`at ${level}`)
  })
  expect(records.map(({ severity, body }) => [severity, body])).toEqual([
    ['DEBUG', 'at debug'],
    ['INFO', 'at info'],
    ['WARN', 'at warn'],
    ['ERROR', 'at error'],
    ['FATAL', 'at fatal'],
  ])
  for (const { timeMs } of records) {
    expect(timeMs).toBeGreaterThanOrEqual(before)
    expect(timeMs).toBeLessThan(before + 10_000)
  }
})

test('custom level names are not read as TRACE, and errors stay errors', async () => {
  const formatters = { level: (label: string) => ({ importance: label === 'warn' ? 'lost' : 'audit' }) }
  const records = await recorded({ formatters }, (logger) => {
    logger.info('one')
    logger.warn(new Error('two'), 'three')
  })
  expect(records.map(({ severity, data }) => [severity, data!['importance']])).toEqual([
    ['INFO', 'audit'],
    ['ERROR', 'lost'],
  ])
})

test('a custom level key is read, and data that resembles a time or a level stays data', async () => {
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel })
  await worker.ready()
  const before = Date.now()
  const stream = createPinoStream({ levelKey: 'importance', messageKey: 'text' })
  const data = { timestamp: 5, severity: 'mild', message: 'hello', level: 7 }
  stream.write(JSON.stringify({ importance: 'warn', text: 'read', ...data }))
  await worker.shutdown()
  expect(engine.logs()).toMatchObject([{ severity: 'WARN', body: 'read', attributes: { 'log.data': data } }])
  expect(engine.logs()[0]!.timeMs).toBeGreaterThanOrEqual(before)
})
