import { readFileSync } from 'node:fs'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine } from '../../src/engine/engine.js'
import { systemRandom } from '../../src/std/random.js'
import { systemClock } from '../../src/std/time/clock.js'
import { resolveOptions, type InitOptions } from '../../src/sdk/worker/options/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'
import { wrappedDial } from '../kit/wrapped-dial.js'
import { WalkRecorder } from '../kit/walk-recorder.js'

/** Most files that a message may pass. */
const AIMS = { call: 20, 'HTTP request': 15, span: 8, registration: 6, 'channel write': 8 }

const documented = new Map<string, string[]>()
beforeAll(() => {
  const page = readFileSync('docs/architecture.md', 'utf8')
  for (const [, name = '', files = ''] of page.matchAll(/^\| an? ([\w ]+?) +\| (.+?) +\|$/gm)) {
    documented.set(
      name,
      [...files.matchAll(/`([\w/-]+)`/g)].map(([, file = '']) => `${file}.ts`),
    )
  }
})

async function rig(options: InitOptions = {}) {
  const engine = await startEngine(engineConfigOf({ workers: [{ name: 'iii-http', config: { port: 0 } }] }), {
    clock: systemClock,
    random: systemRandom,
  })
  const links = wrappedDial(engine.dial())
  const connect = (): Worker => {
    const given = { otel: { enabled: false }, reconnectionConfig: { initialDelayMs: 1 }, ...options }
    const ports = { dial: links.dial, clock: systemClock, random: systemRandom }
    return new Worker(resolveOptions('ws://engine', { diagnostics: 'silent', ...given }), ports)
  }
  const [caller, callee] = [connect(), connect()]
  await Promise.all([caller.ready(), callee.ready()])
  const recorder = new WalkRecorder()
  onTestFinished(async () => {
    recorder[Symbol.dispose]()
    await Promise.all([caller.shutdown(), callee.shutdown()])
    await engine.close()
  })
  return { engine, links, caller, callee, recorder }
}

/** Compares what was passed with the page, and with the aim. */
function expectWalk(name: keyof typeof AIMS, passed: ReadonlySet<string>): void {
  const files = documented.get(name) ?? []
  expect([...passed].sort()).toEqual([...files].sort())
  expect(files.length).toBeLessThanOrEqual(AIMS[name])
}

test('a call passes the files that the page lists, there and back', async () => {
  const { caller, callee, recorder } = await rig()
  callee.registerFunction('greet', (input: unknown) => input)
  await callee.ready()

  expectWalk('call', await recorder.record(() => caller.trigger({ function_id: 'greet', payload: { n: 1 } })))
})

test('an HTTP request passes the files that the page lists on its way to the worker', async () => {
  const { engine, callee, recorder } = await rig()
  callee.registerFunction('page', () => ({ status_code: 200, body: 'hello' }))
  callee.registerTrigger({ type: 'http', function_id: 'page', config: { api_path: '/page', http_method: 'GET' } })
  await callee.ready()
  const isInvocation = (frame: unknown): boolean => typeof frame === 'string' && frame.includes('"invokefunction"')
  const passed = await recorder.record(() => engine.inject({ method: 'GET', path: '/page' }), isInvocation)

  expectWalk('HTTP request', new Set([...passed].filter((file) => file.startsWith('engine/'))))
})

test('a span passes the files that the page lists on its way to the socket', async () => {
  const { caller, recorder } = await rig({ otel: { metricsEnabled: false, logsEnabled: false } })
  await caller.telemetry.flush()
  const passed = await recorder.record(async () => {
    caller.telemetry.tracer?.startSpan('work').end()
    await caller.telemetry.flush()
  })

  expectWalk('span', new Set([...passed].filter((file) => file.startsWith('sdk/'))))
})

test('the registration of a function passes the files that the page lists when a new link opens', async () => {
  const { callee, links, recorder } = await rig()
  callee.registerFunction('greet', (input: unknown) => input)
  await callee.ready()
  const isRegistration = (frame: unknown, how: string): boolean =>
    how === 'send' && String(frame).includes('"registerfunction"')
  const passed = await recorder.record(async () => {
    links.cut()
    await expect.poll(() => callee.stats().reconnects).toBe(1)
    await callee.ready()
  }, isRegistration)

  expectWalk('registration', passed)
})

test('a channel write passes the files that the page lists up to the reader', async () => {
  const { caller, recorder } = await rig()
  const { writer, reader } = await caller.channels.create()
  const opened = new Promise((resolve) => reader.stream.once('data', resolve))
  reader.stream.on('data', () => recorder.note())
  const ended = new Promise((resolve) => reader.stream.once('end', resolve))
  await writer.write(Buffer.from('opens both sockets'))
  await opened
  const passed = await recorder.record(async () => {
    await writer.write(Buffer.from('hello'))
    await writer.close()
    await ended
  })

  expectWalk('channel write', passed)
})
