/** What a test engine does with each flaw of the distributed engine switched on, seen from the wire. */
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { createTestEngine, type TestEngine, type TestEngineQuirks } from '../../src/entry/testing.js'
import { GUARANTEES_HEADER } from '../../src/protocol/guarantees.js'
import { callLoad, echoServer, leanLink } from '../kit/load.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/test-engine.js'

async function guaranteesOf(quirks?: TestEngineQuirks): Promise<string | undefined> {
  const { url } = await testEngine(quirks === undefined ? {} : { quirks })
  const socket = new WebSocket(url)
  onTestFinished(() => socket.terminate())
  const [response] = (await once(socket, 'upgrade')) as [{ headers: Record<string, string> }]
  return response.headers[GUARANTEES_HEADER]
}

describe('guarantees in the handshake', () => {
  test('an engine without flaws gives all of them', async () => {
    const all = 'calls-noted-first, topics-independent, functions-handed-over, writes-undelayed'
    expect(await guaranteesOf()).toBe(all)
  })

  test('each flaw takes back its own', async () => {
    expect(await guaranteesOf('distributed')).toBe('')
    expect(await guaranteesOf({ lateNotes: true, delayedWrites: true })).toBe(
      'topics-independent, functions-handed-over',
    )
  })
})

describe('lateNotes', () => {
  test('answers that come before the note are dropped, and counted as late', async () => {
    const engine = await testEngine({ quirks: { lateNotes: { every: 10, delayMs: 50 } } })
    await echoServer(engine.url, 'f')
    const tally = await callLoad(engine.url, { calls: 100, inFlight: 10, functionIds: ['f'] })
    expect(tally).toMatchObject({ once: 90, never: 10 })
    expect(engine.stats().lateResults).toBe(10)
  })

  test('a second answer after the note settles the call, once', async () => {
    const { url } = await testEngine({ quirks: { lateNotes: { every: 10, delayMs: 1 } } })
    await leanLink(
      url,
      (text, link) => {
        const { type, invocation_id, function_id, data } = JSON.parse(text) as Record<string, unknown>
        if (type !== 'invokefunction') return
        const answer = { type: 'invocationresult', invocation_id, function_id, result: data }
        link.send(answer)
        setTimeout(() => link.send(answer), 10)
      },
      ['f'],
    )
    const tally = await callLoad(url, { calls: 100, inFlight: 10, functionIds: ['f'] })
    expect(tally).toEqual({ calls: 100, once: 100, never: 0, again: 0, foreign: 0 })
  })
})

describe('forgottenWrites', () => {
  test('a restart forgets what came after the last save', async () => {
    const file_path = await temporaryFolder()
    const open = (): Promise<TestEngine> =>
      createTestEngine({
        ports: false,
        clock: 'virtual',
        quirks: { forgottenWrites: { intervalMs: 1000 } },
        builtins: { 'iii-state': { adapter: { name: 'kv', config: { store_method: 'file_based', file_path } } } },
      })
    const first = await open()
    await first.call('state::set', { scope: 's', key: 'saved', value: 1 })
    await first.advance(1000)
    await first.call('state::set', { scope: 's', key: 'forgotten', value: 2 })
    expect(await first.call('state::list', { scope: 's' })).toEqual([1, 2])
    await first.close()
    const second = await open()
    expect(await second.call('state::list', { scope: 's' })).toEqual([1])
    await second.close()
  })
})

describe('silentTopics', () => {
  test('one trigger that leaves silences the others, until they are registered again', async () => {
    const engine = await testEngine({ quirks: { silentTopics: true } })
    const heard: string[] = []
    const worker = await leanLink(engine.url, (text) => heard.push(text), ['f', 'g'])
    const trigger = (id: string): object => ({
      type: 'registertrigger',
      id,
      trigger_type: 'subscribe',
      function_id: id,
      config: { topic: 't' },
    })
    const eventsAfter = async (...frames: object[]): Promise<number> => {
      heard.length = 0
      for (const frame of [...frames, { type: 'ping' }]) worker.send(frame)
      await expect.poll(() => heard.length).toBeGreaterThan(0)
      await engine.call('publish', { topic: 't', data: {} })
      worker.send({ type: 'ping' })
      await expect.poll(() => heard.filter((text) => text.includes('"pong"')).length).toBe(2)
      return heard.filter((text) => text.includes('"invokefunction"')).length
    }
    expect(await eventsAfter(trigger('f'), trigger('g'))).toBe(2)
    expect(await eventsAfter({ type: 'unregistertrigger', id: 'f', trigger_type: 'subscribe' })).toBe(0)
    expect(await eventsAfter(trigger('g'), trigger('g'))).toBe(1)
    expect(await eventsAfter(trigger('f'))).toBe(2)
  })
})

describe('unreadableFrames', () => {
  test.each([
    ['a lone surrogate', '"\\ud800"'],
    ['a key with one', '{"\\udc00":1}'],
    ['deep nesting', '['.repeat(127) + ']'.repeat(127)],
  ])('%s costs the frame without a word', async (_name, data) => {
    const engine = await testEngine({ quirks: { unreadableFrames: true } })
    const heard: string[] = []
    const worker = await leanLink(engine.url, (text) => heard.push(text))
    worker.sendText(`{"type":"invokefunction","invocation_id":"${ID}","function_id":"missing","data":${data}}`)
    worker.send({ type: 'ping' })
    await expect.poll(() => heard).toEqual(['{"type":"pong"}'])
    expect(engine.stats().malformedFrames).toBe(1)
  })

  test('pairs of surrogates and nesting up to the limit are read', async () => {
    const engine = await testEngine({ quirks: { unreadableFrames: true } })
    const heard: string[] = []
    const worker = await leanLink(engine.url, (text) => heard.push(text))
    const data = '['.repeat(126) + '"\\ud83d\\ude00"' + ']'.repeat(126)
    worker.sendText(`{"type":"invokefunction","invocation_id":"${ID}","function_id":"missing","data":${data}}`)
    await expect.poll(() => heard.length).toBe(1)
    expect(engine.stats().malformedFrames).toBe(0)
  })
})

const ID = '00000000-0000-4000-8000-000000000001'

describe('delayedWrites', () => {
  test('a burst waits for acknowledgements', async () => {
    const burst = async (quirks?: TestEngineQuirks): Promise<number> => {
      const { url } = await testEngine(quirks === undefined ? {} : { quirks })
      let left = 16
      let over!: () => void
      const answered = new Promise<void>((resolve) => (over = resolve))
      const worker = await leanLink(url, () => {
        if (--left === 0) over()
      })
      // The system acknowledges the first segments of a connection at once.
      for (let n = 0; n < 40; n++) worker.send({ type: 'pong' })
      await new Promise((resolve) => setTimeout(resolve, 300))
      const startedAt = performance.now()
      for (let n = 0; n < 16; n++) worker.send({ type: 'ping' })
      await answered
      return performance.now() - startedAt
    }
    const delayed = await burst({ delayedWrites: true })
    expect(delayed).toBeGreaterThan(3 * (await burst()))
  })
})

describe('checks', () => {
  test.each<[TestEngineQuirks, string]>([
    ['all' as never, 'quirks'],
    [{ silent: true } as never, 'quirks.silent'],
    [{ silentTopics: 1 } as never, 'quirks.silentTopics'],
    [{ lateNotes: { every: 0 } }, 'quirks.lateNotes.every'],
    [{ lateNotes: { share: 1 } as never }, 'quirks.lateNotes.share'],
  ])('%j is refused', async (quirks, named) => {
    await expect(createTestEngine({ quirks })).rejects.toThrow(named)
  })
})
