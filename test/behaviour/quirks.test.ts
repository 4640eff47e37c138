/** What a test engine does with each flaw of the distributed engine switched on, seen from the wire. */
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { createTestEngine, type TestEngine, type TestEngineQuirks } from '../../src/entry/testing.js'
import type { ChannelRef } from '../../src/engine/channels/channels.js'
import { deferred } from '../../src/std/async/deferred.js'
import { GUARANTEES_HEADER } from '../../src/wire/protocol/guarantees.js'
import { callLoad, echoServer, leanLink } from '../kit/load.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/local-rig.js'

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

  test('each quirk withdraws only its own guarantee', async () => {
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
        // eslint-disable-next-line local/real-time -- the late answer has to follow the delayed note
        setTimeout(() => link.send(answer), 10)
      },
      ['f'],
    )
    const tally = await callLoad(url, { calls: 100, inFlight: 10, functionIds: ['f'] })
    expect(tally).toEqual({ calls: 100, once: 100, never: 0, again: 0, foreign: 0 })
  })
})

describe('forgottenWrites', () => {
  test('a restart loses writes made after the last save', async () => {
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
  test('after one trigger leaves, the others receive nothing until they are registered again', async () => {
    const engine = await testEngine({ quirks: { silentTopics: true } })
    const received: string[] = []
    const worker = await leanLink(engine.url, (text) => received.push(text), ['f', 'g'])
    const trigger = (id: string): object => ({
      type: 'registertrigger',
      id,
      trigger_type: 'subscribe',
      function_id: id,
      config: { topic: 't' },
    })
    const eventsAfter = async (...frames: object[]): Promise<number> => {
      received.length = 0
      for (const frame of [...frames, { type: 'ping' }]) worker.send(frame)
      await expect.poll(() => received.length).toBeGreaterThan(0)
      await engine.call('publish', { topic: 't', data: {} })
      worker.send({ type: 'ping' })
      await expect.poll(() => received.filter((text) => text.includes('"pong"')).length).toBe(2)
      return received.filter((text) => text.includes('"invokefunction"')).length
    }
    expect(await eventsAfter(trigger('f'), trigger('g'))).toBe(2)
    expect(await eventsAfter({ type: 'unregistertrigger', id: 'f', trigger_type: 'subscribe' })).toBe(0)
    expect(await eventsAfter(trigger('g'), trigger('g'))).toBe(1)
    expect(await eventsAfter(trigger('f'))).toBe(2)
  })
})

describe('delayedWrites', () => {
  test('the second of two small frames waits for an acknowledgement', async () => {
    const bothMs = async (quirks?: TestEngineQuirks): Promise<number> => {
      const { url } = await testEngine(quirks === undefined ? {} : { quirks })
      let left = 0
      let answered = deferred<void>()
      const worker = await leanLink(url, () => {
        if (--left === 0) answered.resolve()
      })
      const ping = async (count: number): Promise<void> => {
        left = count
        answered = deferred()
        for (let n = 0; n < count; n++) worker.send({ type: 'ping' })
        await answered.promise
      }
      // The system acknowledges the first packets of a connection at once.
      for (let n = 0; n < 60; n++) await ping(1)
      const times: number[] = []
      for (let n = 0; n < 5; n++) {
        // eslint-disable-next-line local/real-time -- timers of the system's TCP are measured
        await new Promise((resolve) => setTimeout(resolve, 30))
        const startedAt = performance.now()
        await ping(2)
        times.push(performance.now() - startedAt)
      }
      return times.sort((one, other) => one - other)[2]!
    }
    expect(await bothMs({ delayedWrites: true })).toBeGreaterThan(20)
    expect(await bothMs()).toBeLessThan(20)
  })
})

describe('unreadReaderCloses', () => {
  test('a writer whose reader has closed can write to the end', async () => {
    const goesOn = async (quirks?: TestEngineQuirks): Promise<boolean> => {
      const { url } = await testEngine(quirks === undefined ? {} : { quirks })
      const worker = quietWorker(url)
      const { writerRef, readerRef } = await worker.channels.create()
      const socket = (ref: ChannelRef): WebSocket => {
        const opened = new WebSocket(`${url}/ws/channels/${ref.channel_id}?key=${ref.access_key}&dir=${ref.direction}`)
        onTestFinished(() => opened.terminate())
        return opened
      }
      const [writer, reader] = [socket(writerRef), socket(readerRef)]
      await Promise.all([once(writer, 'open'), once(reader, 'open')])
      const cut = once(writer, 'close')
      reader.close()
      await once(reader, 'close')
      for (let n = 0; n < 5; n++) {
        writer.send('item')
        writer.ping()
        await Promise.race([once(writer, 'pong'), cut])
      }
      return writer.readyState === WebSocket.OPEN
    }
    expect(await goesOn({ unreadReaderCloses: true })).toBe(true)
    expect(await goesOn()).toBe(false)
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
