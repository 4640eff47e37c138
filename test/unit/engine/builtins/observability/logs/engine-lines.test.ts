import { expect, test } from 'vitest'
import { createObservabilityBuiltin } from '../../../../../../src/engine/builtins/observability/observability-builtin.js'
import { parseObservabilityConfig } from '../../../../../../src/engine/builtins/observability/observability-config.js'
import type { EngineEvent } from '../../../../../../src/engine/engine-events.js'
import { bindingOf, bindTo, callBuiltin } from '../../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'
import { TRACE } from '../../../../../kit/telemetry-frames.js'

async function lines() {
  const host = new FakeHost()
  const builtin = createObservabilityBuiltin(host, parseObservabilityConfig({}))
  await builtin.start()
  const say = (event: EngineEvent): void => host.instruments.watchEvents?.(event)
  return {
    host,
    say,
    line: (message: string, fields: object = {}) => say({ kind: 'log', level: 'warn', message, fields }),
    listed: async () => ((await callBuiltin(builtin, 'engine::logs::list', {})) as { logs: object[] }).logs,
    bind: () => bindTo(builtin, bindingOf({ triggerType: 'log', functionId: 'on-log', config: {} })),
  }
}

test('lines of the engine are kept as log records, without those of level debug', async () => {
  const { say, line, listed } = await lines()
  say({ kind: 'log', level: 'debug', message: 'detail', fields: {} })
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  line('odd', circular)
  line('A disk is slow', { error: new Error('EIO'), bytes: 5 })
  say({
    kind: 'invocation_failed',
    functionId: 'f',
    invocationId: 'i',
    worker: 'w',
    isVoid: false,
    error: { code: 'E', message: 'm' },
    traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
  })
  expect(await listed()).toMatchObject([
    {
      severity_text: 'ERROR',
      body: 'An invocation failed',
      trace_id: TRACE,
      span_id: '00f067aa0ba902b7',
      attributes: { functionId: 'f', error: { code: 'E', message: 'm' } },
    },
    {
      severity_number: 13,
      severity_text: 'WARN',
      body: 'A disk is slow',
      attributes: { error: 'EIO', bytes: 5 },
      service_name: 'iii',
      resource: { 'service.name': 'iii' },
      instrumentation_scope_name: 'iii',
    },
    { body: 'odd', attributes: {} },
  ])
})

test('a line fires log triggers; what such a trigger causes fires none', async () => {
  const { host, say, line, listed, bind } = await lines()
  host.serve('on-log', (_data, { traceparent }) => {
    // The handler causes lines: of its own failure, and of a call that it makes in its trace.
    const failure = { functionId: 'on-log', error: { code: 'E', message: 'm' } }
    say({ kind: 'trigger_failed', triggerId: 't', triggerType: 'log', ...failure })
    say({ kind: 'invocation_failed', invocationId: 'i', worker: 'w', isVoid: false, ...failure, traceparent })
    throw new Error('handler failed')
  })
  await bind()
  line('first')
  await host.clock.advance(0)
  expect(host.payloads('on-log')).toMatchObject([{ body: 'first', severity_text: 'WARN' }])
  expect(await listed()).toHaveLength(3)
})

test('lines that a handler outside any trace causes fire a limited number of times', async () => {
  const { host, line, bind } = await lines()
  host.serve('on-log', async () => {
    await Promise.resolve()
    line('again')
  })
  await bind()
  line('first')
  await host.clock.advance(0)
  expect(host.payloads('on-log').length).toBeLessThanOrEqual(100)
  await host.clock.advance(1_000)
  line('later')
  expect(host.payloads('on-log').at(-1)).toMatchObject({ body: 'later' })
})
