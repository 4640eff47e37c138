/** `/healthz` and `/metrics` on the port of the console. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { probes } from '../../src/console-server/probes.js'
import type { EngineStats } from '../../src/engine/engine-stats.js'
import { socketRig } from '../kit/local-rig.js'
import { httpPeer } from '../kit/socket-peer.js'

interface Answer {
  readonly status: number
  readonly type: string | null
  readonly text: string
}

type Get = (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>

/** The probes of a console on a port of their own; everything else answers 404. */
async function probesOf(stats: (() => EngineStats) | undefined): Promise<Get> {
  const probed = probes(stats, (_request, response) => void response.writeHead(404).end())
  const { port } = await httpPeer(probed.serve)
  onTestFinished(() => probed.close())
  return async (path, headers = {}, method = 'GET') => {
    const options = { method, headers: { connection: 'close', ...headers } }
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, options)
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }
}

/** The samples of a scrape: the name with its labels, and the value. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]))
}

test('an engine answers its probe, and passes other requests on', async () => {
  const { engine } = await socketRig()
  const get = await probesOf(() => engine.stats())
  expect(await get('/healthz')).toMatchObject({ status: 200, type: 'application/json', text: '{"status":"ok"}\n' })
  expect(await get('/healthz', {}, 'HEAD')).toMatchObject({ status: 200, text: '' })
  expect((await get('/healthz', {}, 'POST')).status).toBe(404)
  expect((await get('/other')).status).toBe(404)
})

test('every number of `stats()` is a metric, in the forms of Prometheus and OpenMetrics', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  worker.registerFunction('twice', (n: number) => n * 2)
  await worker.ready()
  await worker.trigger({ function_id: 'twice', payload: 2 })
  const get = await probesOf(() => rig.engine.stats())
  const plain = await get('/metrics')
  const open = await get('/metrics', { accept: 'application/openmetrics-text; version=1.0.0' })
  expect(plain).toMatchObject({ status: 200, type: expect.stringMatching(/^text\/plain/) as string })
  expect(open).toMatchObject({ status: 200, type: expect.stringMatching(/^application\/openmetrics-text/) as string })
  expect(open.text.endsWith('# EOF\n')).toBe(true)

  const stats = rig.engine.stats()
  for (const { text } of [plain, open]) {
    const found = samples(text)
    expect(found.get('iii_engine_sessions')).toBe(1)
    expect(found.get('iii_engine_functions')).toBe(stats.functions)
    expect(found.get('iii_engine_frames_in_total')).toBeGreaterThan(3)
    expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1e7)
    for (const [member, value] of Object.entries(stats)) {
      const name = `iii_engine_${member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
      const keys = typeof value === 'number' ? [''] : Object.keys(value as object).map((what) => `{what="${what}"}`)
      for (const key of keys)
        expect([`${name}${key}`, `${name}_total${key}`].filter((one) => found.has(one))).toHaveLength(1)
    }
  }
  // Counters only grow, and gauges follow.
  await worker.shutdown()
  await vi.waitFor(async () => expect(samples((await get('/metrics')).text).get('iii_engine_sessions')).toBe(0))
})

test('a scrape reads the numbers of the engine once', async () => {
  const { engine } = await socketRig()
  const read = vi.spyOn(engine, 'stats')
  const get = await probesOf(() => engine.stats())
  await get('/metrics')
  read.mockClear()
  await get('/metrics')
  expect(read).toHaveBeenCalledTimes(1)
})

test('the console of an engine elsewhere has no metrics', async () => {
  const get = await probesOf(undefined)
  expect(await get('/metrics')).toMatchObject({
    status: 404,
    text: expect.stringContaining('Ask the engine') as string,
  })
  expect((await get('/healthz')).status).toBe(200)
})
