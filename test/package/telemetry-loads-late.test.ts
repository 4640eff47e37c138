import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Runs a script beside the built package and returns its output. */
function run(source: string, kind: 'module' | 'commonjs'): unknown {
  const args = [`--input-type=${kind}`, '--eval', source]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 }))
}

const ENDS = `
  const loaded = () => Object.keys(cache).filter((file) => file.includes('@opentelemetry')).length
  const atImport = loaded()
  const worker = registerWorker('ws://127.0.0.1:1', { diagnostics: 'silent', autoConnect: false, otel: { enabled: on } })
  const { tracer, meter, logger } = worker.telemetry
  const result = { atImport, whenOn: loaded() > 0, works: [tracer, meter, logger].every((it) => it !== null) }
  worker.shutdown().then(() => console.log(JSON.stringify(result)))`

const kinds = {
  module: `import { createRequire } from 'node:module'; import { registerWorker } from 'iii-node'
    const { cache } = createRequire(process.cwd() + '/x.js');`,
  commonjs: `const { registerWorker } = require('iii-node'); const { cache } = require;`,
}

test.each(['module', 'commonjs'] as const)(
  'nothing of OpenTelemetry is loaded by an import (%s), all of it by a worker',
  (kind) => {
    expect(run(`${kinds[kind]} const on = true; ${ENDS}`, kind)).toEqual({ atImport: 0, whenOn: true, works: true })
    expect(run(`${kinds[kind]} const on = false; ${ENDS}`, kind)).toEqual({ atImport: 0, whenOn: false, works: false })
  },
)

test.each(['module', 'commonjs'] as const)(
  'the observability helpers of a subpath are those of its internal subpath (%s)',
  (kind) => {
    const names = '{ initOtel, shutdownOtel }'
    const source =
      kind === 'module'
        ? `import ${names} from 'iii-node/helpers/observability'; import { getTracer } from 'iii-node/helpers/observability/internal';`
        : `const ${names} = require('iii-node/helpers/observability'); const { getTracer } = require('iii-node/helpers/observability/internal');`
    const body = `initOtel({ engineWsUrl: 'ws://127.0.0.1:1' }); const started = getTracer() !== null
    shutdownOtel().then(() => console.log(JSON.stringify([started, getTracer()])))`
    expect(run(source + body, kind)).toEqual([true, null])
  },
)

const BOTH_BUILDS = `
  import { createRequire } from 'node:module'
  import { registerWorker } from 'iii-node'
  import * as esm from 'iii-node/helpers/observability'
  import * as esmInternals from 'iii-node/helpers/observability/internal'
  const require = createRequire(process.cwd() + '/x.js')
  const cjs = require('iii-node/helpers/observability')
  const cjsInternals = require('iii-node/helpers/observability/internal')
  const { createTestEngine } = require('iii-node/testing')
  const original = globalThis.fetch
  const engine = await createTestEngine()
  const [first, second] = ['first', 'second'].map((workerName) => registerWorker(engine.url, { workerName, otel: {} }))`

const IN_A_HANDLER = `${BOTH_BUILDS}
  second.registerFunction('f', async () => {
    new cjs.Logger().info('of the other copy')
    return cjs.withSpan('inside', {}, async (span) => [
      cjsInternals.getTracer() === second.telemetry.tracer,
      esm.currentTraceId() === span.spanContext().traceId,
    ])
  })
  await second.ready()
  const inHandler = await engine.call('f')
  const patched = globalThis.fetch
  cjs.initOtel({ engineWsUrl: 'ws://127.0.0.1:1' })
  const outside = [globalThis.fetch === patched, esmInternals.getTracer() === cjsInternals.getTracer()]
  await cjs.shutdownOtel()
  const ended = [esmInternals.getTracer(), esm.getLogger(), first.telemetry.tracer, second.telemetry.tracer]
  await Promise.all([first.shutdown(), second.shutdown()])
  await engine.close()
  const spans = engine.spans().filter(({ name }) => ['inside', 'execute f'].includes(name))
  const [log] = engine.logs()
  console.log(JSON.stringify({
    apart: esm.getLogger !== cjs.getLogger, inHandler, outside, ended, restored: globalThis.fetch === original,
    spans: spans.map(({ name, resource }) => [name, resource['service.name']]), traces: new Set(spans.map(({ traceId }) => traceId)).size,
    log: [log.body, log.traceId === spans[0].traceId],
  }))`

test('the ESM and the CommonJS build share one context: spans, logs, fetch and their end', () => {
  expect(run(IN_A_HANDLER, 'module')).toEqual({
    apart: true,
    inHandler: [true, true],
    outside: [true, true],
    ended: [null, null, null, null],
    restored: true,
    spans: [
      ['inside', 'second'],
      ['execute f', 'second'],
    ],
    traces: 1,
    log: ['of the other copy', true],
  })
})
