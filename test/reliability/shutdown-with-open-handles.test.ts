import { request, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import type { Child } from '../kit/child.js'
import { runChild } from '../kit/compiled-project.js'
import { socketRig, testEngine } from '../kit/local-rig.js'

const DRAIN_MS = 500
const SLACK_MS = 500

async function openChild(url: string, kind: string): Promise<Child> {
  const child = runChild('open-handles', [url, kind, String(DRAIN_MS)])
  await child.says(/"open"/)
  return child
}

/** Ends a child as an orchestrator does; returns the duration and the report of its shutdown. */
async function terminated(child: Child) {
  const before = performance.now()
  child.process.kill('SIGTERM')
  const [over = '{}'] = await child.says(/\{"event":"over".*\}/)
  const ending = await child.exit()
  return { ending, tookMs: performance.now() - before, report: JSON.parse(over) as Record<string, number> }
}

test.each([
  ['writer', 0],
  ['reader', 0],
  ['closing writer', 0],
  ['subscription', 0],
  ['provider', 0],
  ['handler with a timer', 143],
])('a process with an open %s ends within the drain limit and 500 ms of SIGTERM', async (kind, code) => {
  const { engine } = await socketRig()
  const { ending, tookMs, report } = await terminated(await openChild(engine.url, kind))

  expect(ending).toEqual({ code, signal: null })
  expect(tookMs).toBeLessThanOrEqual(DRAIN_MS + SLACK_MS)
  expect(report).toMatchObject(code === 0 ? { abandoned: 0 } : { abandoned: 1, signals: 1 })
})

test('a streamed response is waited for up to the drain limit; then its client and its handler receive the end', async () => {
  const engine = await testEngine({ ports: true })
  const child = await openChild(engine.url, 'response')
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${engine.httpUrl!}/stream`, resolve).on('error', reject).end()
  })
  const cut = new Promise<Error>((resolve) => response.once('error', resolve))
  response.resume()
  await child.says(/"streaming"/)
  const { ending, tookMs, report } = await terminated(child)

  expect(ending).toEqual({ code: 0, signal: null })
  expect(tookMs).toBeGreaterThanOrEqual(DRAIN_MS - 50)
  expect(tookMs).toBeLessThanOrEqual(DRAIN_MS + SLACK_MS)
  expect(await cut).toMatchObject({ code: 'ECONNRESET' })
  expect(report).toMatchObject({ signals: 1 })
})

test('shutdown rejects pending operations on channel ends and later uses of them', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { reader, writer } = await worker.channels.create()
  const late = await worker.channels.create()
  const read = reader.read()
  await writer.write('item')
  expect(String(await read)).toBe('item')
  const next = reader.read()
  next.catch(() => undefined)
  await worker.shutdown()

  await expect(next).rejects.toMatchObject({ code: 'SHUTDOWN' })
  await expect(writer.write('more')).rejects.toMatchObject({ code: 'SHUTDOWN' })
  await expect(late.reader.read()).rejects.toMatchObject({ code: 'SHUTDOWN' })
  expect(worker.stats().channelBytes).toBe(0)
})
