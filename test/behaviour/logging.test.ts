import pino from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { Logger } from 'iii-node'
import { createPinoStream } from 'iii-node/helpers/observability'
import { createTestEngine } from 'iii-node/testing'

const otel = { enabled: true, fetchInstrumentationEnabled: false }

afterEach(() => {
  Logger.setSink(undefined)
})

test('a line logged in a handler carries the ids of its span, its severity and its data as data', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ otel: { ...otel, serviceName: 'shop' } })
  worker.registerFunction('f', (_input, _meta, { logger }) => {
    logger.debug('one', { n: 1, list: [true, 'x'], nested: { a: 0.5 } })
    new Logger(undefined, 'label').child({ order: 7, n: 0 }).info('two', { n: 2 })
    logger.warn('three')
    logger.error('four', new TypeError('bad'))
  })
  await engine.advance('1 s')
  const done = engine.call('f')
  await engine.advance('1 s')
  await done

  const [span] = engine.spans()
  const ids = { trace_id: span!.traceId, span_id: span!.spanId }
  const common = { traceId: span!.traceId, spanId: span!.spanId, resource: { 'service.name': 'shop' } }
  expect(engine.logs()).toMatchObject([
    { ...common, body: 'one', severity: 'DEBUG', attributes: { ...ids, 'service.name': 'f' } },
    { ...common, body: 'two', severity: 'INFO', attributes: { ...ids, 'service.name': 'label' } },
    { ...common, body: 'three', severity: 'WARN', attributes: ids },
    { ...common, body: 'four', severity: 'ERROR', attributes: ids },
  ])
  const [one, two, three, four] = engine.logs().map(({ attributes }) => attributes['log.data'])
  expect(one).toEqual({ n: 1, list: [true, 'x'], nested: { a: 0.5 } })
  expect(two).toEqual({ order: 7, n: 2 })
  expect(three).toBeUndefined()
  expect(four).toMatchObject({ name: 'TypeError', message: 'bad' })
})

test('ids given to a logger take precedence over those of the running span', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  engine.connect({ otel })
  await engine.advance('1 s')
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
  new Logger(traceId, undefined, spanId).info('adopted')
  new Logger('not-an-id').info('odd')
  await engine.advance('1 s')
  expect(engine.logs()).toMatchObject([
    { body: 'adopted', traceId, spanId, attributes: { trace_id: traceId, span_id: spanId } },
    { body: 'odd', traceId: undefined, attributes: { trace_id: 'not-an-id' } },
  ])
})

test('log records are sent one by one, or in batches if configured', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ otel: { ...otel, logsBatchSize: 10, logsFlushIntervalMs: 200 } })
  await engine.advance('1 s')
  for (let i = 0; i < 25; i += 1) worker.telemetry.logger!.emit({ body: String(i) })
  expect(engine.logs().length).toBeLessThanOrEqual(20)
  await engine.advance(199)
  expect(engine.logs()).toHaveLength(20)
  await engine.advance(1)
  expect(engine.logs().map(({ body }) => body)).toEqual(Array.from({ length: 25 }, (_, i) => String(i)))
})

test('without telemetry a line goes to the console, or to a sink that was set', () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => undefined)
  new Logger().info('to the console', { a: 1 })
  expect(info).toHaveBeenCalledExactlyOnceWith('to the console', { a: 1 })

  const lines: unknown[] = []
  const note = (fields: object, message: string) => void lines.push([fields, message])
  Logger.setSink({ debug: note, info: note, warn: note, error: note })
  new Logger().child({ order: 7 }).error('to the sink', { a: 1n })
  new Logger().warn('plain')
  new Logger().debug('text', 'data')
  expect(lines).toEqual([
    [{ order: 7, a: 1n }, 'to the sink'],
    [{}, 'plain'],
    [{ data: 'data' }, 'text'],
  ])
  expect(info).toHaveBeenCalledTimes(1)
})

test('a pino logger can be used as a sink unchanged: levels, fields and errors are kept', () => {
  const lines: Record<string, unknown>[] = []
  const logger = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line) as never) })
  Logger.setSink(logger)
  new Logger().debug('one', { n: 1 })
  new Logger().child({ order: 7 }).info('two', { list: [1, 2] })
  new Logger().warn('three')
  new Logger().error('four', new RangeError('bad'))
  expect(lines).toMatchObject([
    { level: 20, msg: 'one', n: 1 },
    { level: 30, msg: 'two', order: 7, list: [1, 2] },
    { level: 40, msg: 'three' },
    { level: 50, msg: 'four', err: { type: 'RangeError', message: 'bad' } },
  ])
})

test('a log line is written even if its data cannot be read', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  engine.connect({ otel })
  await engine.advance('1 s')
  const hostile = {
    get secret(): never {
      throw new Error('no')
    },
  }
  new Logger().info('alone', hostile)
  new Logger().child({ order: 7 }).info('with fields', hostile)
  await engine.advance('1 s')
  expect(engine.logs().map(({ body, attributes }) => [body, attributes['log.data']])).toEqual([
    ['alone', '[unreadable]'],
    ['with fields', { order: 7, data: '[unreadable]' }],
  ])
})

test('a worker whose logs are off logs to the console, also when another worker’s are on', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => undefined)
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  engine.connect({ workerName: 'on', otel })
  engine
    .connect({ workerName: 'off', otel: { enabled: false } })
    .registerFunction('quiet', (_input, _meta, { logger }) => {
      logger.info('mine', { a: 1 })
      new Logger().info('also mine', { a: 2 })
    })
  await engine.advance('1 s')
  const done = engine.call('quiet')
  await engine.advance('1 s')
  await done
  expect(info.mock.calls).toEqual([['mine', { a: 1 }], ['also mine', { a: 2 }]]) // prettier-ignore
  expect(engine.logs()).toEqual([])
})

test('a pino logger’s lines reach the engine with level, time, fields, error and the running ids', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const logger = pino({ level: 'trace' }, createPinoStream()).child({ module: 'stock' })
  engine.connect({ otel }).registerFunction('f', () => {
    logger.trace('t')
    logger.info({ order: 7, password: 'stays' }, 'sold %d', 3)
    logger.error(new RangeError('bad'), 'failed')
    logger.fatal('gone')
  })
  await engine.advance('1 s')
  const before = Date.now()
  const done = engine.call('f')
  await engine.advance('1 s')
  await done

  const [span] = engine.spans()
  const logs = engine.logs()
  expect(logs.map(({ body, severity }) => [severity, body])).toEqual([
    ['TRACE', 't'], ['INFO', 'sold 3'], ['ERROR', 'failed'], ['FATAL', 'gone'],
  ]) // prettier-ignore
  for (const log of logs) {
    expect(log.traceId).toBe(span!.traceId)
    expect(log.spanId).toBe(span!.spanId)
    expect(Math.abs(log.timeMs - before)).toBeLessThan(5_000)
  }
  expect(logs[1]!.attributes['log.data']).toEqual({ module: 'stock', order: 7, password: 'stays' })
  expect(logs[2]!.attributes['log.data']).toMatchObject({ err: { type: 'RangeError', message: 'bad' } })
})

test('text that is not a line of pino is left unchanged', () => {
  const stream = createPinoStream()
  expect(() => stream.write('not json')).not.toThrow()
  expect(() => stream.write('[1]')).not.toThrow()
})
