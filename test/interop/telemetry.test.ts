import { describe, expect, test } from 'vitest'
import { makers, useStage } from './interop-stage.js'

const stage = useStage({ telemetry: true })

const resource = (maker: string): unknown => expect.objectContaining({ 'service.name': maker })
const read = (id: string, query: object): Promise<unknown> => stage().engine.call(`engine::${id}`, query)

describe.each(makers)('telemetry of %s', (maker) => {
  test('log records arrive, with their data, and the engine keeps them', async () => {
    const message = `stock of ${maker} is low`
    await stage()
      .actor(maker)
      .do('log', { message, data: { sku: 'tea', left: 3 } })
    await expect
      .poll(() => stage().engine.logs())
      .toContainEqual(expect.objectContaining({ body: message, resource: resource(maker) }))
    const record = stage()
      .engine.logs()
      .find(({ body }) => body === message)
    const data = record?.attributes['log.data']
    expect(typeof data === 'string' ? JSON.parse(data) : data).toEqual({ sku: 'tea', left: 3 })
    await expect
      .poll(() => read('logs::list', {}))
      .toMatchObject({
        logs: expect.arrayContaining([
          expect.objectContaining({ body: message, severity_number: 13, service_name: maker }),
        ]) as unknown,
      })
  })

  test('a span of every function served arrives, its failure with it, and the engine keeps them', async () => {
    const id = `${maker}::fail`
    await stage().serve(maker, id, { handler: 'fail' })
    await expect(
      stage()
        .actor(maker)
        .do('trace', { span: `try ${id}`, entries: {}, function_id: id, payload: { message: 'no tea' } }),
    ).rejects.toThrow('no tea')
    await expect
      .poll(() => stage().engine.spans())
      .toContainEqual(
        expect.objectContaining({
          name: `execute ${id}`,
          resource: resource(maker),
          status: expect.objectContaining({ code: 2 }) as object,
        }),
      )
    const span = stage()
      .engine.spans()
      .find(({ name }) => name === `execute ${id}`)
    const outcome = span?.events.find(({ name }) => name === 'iii.invocation.output')?.attributes
    expect(outcome).toMatchObject({
      'iii.payload.ok': false,
      'iii.payload.json': expect.stringContaining('no tea') as string,
    })
    await expect
      .poll(() => read('traces::list', { search_all_spans: true, name: `execute ${id}` }))
      // All spans of the trace are listed: the one that was searched for and those around it.
      .toMatchObject({
        spans: expect.arrayContaining([
          expect.objectContaining({ name: `execute ${id}`, service_name: maker, status: 'error' }),
        ]) as unknown,
      })
  })

  test('its metrics arrive and the engine stores them', async () => {
    const metric = `teapots.of.${maker}`
    await stage().actor(maker).do('count', { metric, amount: 5 })
    await expect
      .poll(() => stage().engine.metrics(), { timeout: 3_000 })
      .toContainEqual(
        expect.objectContaining({ name: metric, value: 5, attributes: { by: maker }, resource: resource(maker) }),
      )
    await expect
      .poll(() => read('metrics::list', { metric_name: metric }))
      .toMatchObject({
        sdk_metrics: [
          { name: metric, metric_type: 'counter', data_points: [{ value: 5, attributes: [['by', maker]] }] },
        ],
      })
  })
})

test.each(['node', 'ours'])('gauges of the process of %s arrive, and belong to the worker', async (maker) => {
  await expect
    .poll(() => read('workers::info', { name: maker }), { timeout: 3_000 })
    .toMatchObject({
      worker: { latest_metrics: { memory_rss: expect.any(Number) as number, runtime: 'node' } },
    })
  const gauge = stage()
    .engine.metrics()
    .find(({ name, resource: from }) => name === 'iii.worker.memory.rss' && from['service.name'] === maker)
  expect(gauge?.value).toBeGreaterThan(1_000_000)
})
