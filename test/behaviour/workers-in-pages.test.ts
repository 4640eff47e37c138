/** The client of `iii-node/browser` on the real engine over real sockets, with the sockets of `ws` in place of a browser's. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BuiltinTrigger, InvocationError, registerWorker, streamClient, type III } from '../../src/index.js'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import { ErrorCode } from '../../src/errors.js'
import type { ChannelReader, ChannelWriter } from '../../src/sdk/browser/channels.js'
import { followOn, type StreamFollower, type StreamUpdate } from '../../src/sdk/browser/follow-stream.js'
import { registerWorkerOn } from '../../src/sdk/browser/register-worker.js'
import type { BrowserOptions } from '../../src/sdk/browser/options.js'
import type { BrowserWorker } from '../../src/sdk/browser/worker.js'
import { IIIConnectionState } from '../../src/sdk/connection/state.js'
import { deferred } from '../../src/std/async/deferred.js'
import { page } from '../kit/page.js'
import { tcpProxy } from '../kit/tcp-proxy.js'

const FAST = { initialDelayMs: 5, maxDelayMs: 20 }

let engine: TestEngine
let worker: III
const ends: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  engine = await createTestEngine({
    rbac: { auth_function_id: 'access::auth', expose_functions: ['match("shop::*")'] },
  })
  worker = registerWorker(engine.url, { otel: { enabled: false } })
  ends.push(() => worker.shutdown())
})
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
  await engine.close()
})

function openPage(url: string, options: BrowserOptions = {}): BrowserWorker {
  const opened = registerWorkerOn(page, url, { diagnostics: 'silent', reconnectionConfig: FAST, ...options })
  ends.push(() => opened.shutdown())
  return opened
}

function follow<T>(url: string, options: { stream: string; group: string; item?: string }): StreamFollower<T, T[]> {
  const follower = followOn<T, T[]>(page, url, { reconnectionConfig: FAST, ...options })
  ends.push(() => follower.close())
  return follower
}

/** A proxy of a port that can cut every connection. */
async function cuttable(url: string): Promise<{ url: string; cut: () => void }> {
  const proxy = await tcpProxy(Number(new URL(url).port))
  const cut = (): void => {
    for (const socket of proxy.sockets) socket.destroy()
  }
  return { url: `ws://127.0.0.1:${String(proxy.port)}`, cut }
}

async function nextUpdate<T>(updates: AsyncIterator<StreamUpdate<T, T[]>>): Promise<unknown> {
  const next = await updates.next()
  return next.done === true ? 'done' : next.value
}

test('a page calls a worker, and a worker calls a page', async () => {
  worker.registerFunction('double', ({ n }: { n: number }) => 2 * n)
  await worker.ready()
  const shop = openPage(engine.url)
  shop.registerFunction('ask', ({ text }: { text: string }, metadata, context) => [text, metadata, context.functionId])
  await shop.ready()
  expect(await shop.trigger({ function_id: 'double', payload: { n: 21 } })).toBe(42)
  const asked = worker.trigger({ function_id: 'ask', payload: { text: 'hi' }, metadata: 7 })
  expect(await asked).toEqual(['hi', 7, 'ask'])
  expect(shop.getConnectionState()).toBe(IIIConnectionState.Connected)
})

test('errors of handlers and missing functions keep their codes in both directions', async () => {
  worker.registerFunction('fail', () => {
    throw new InvocationError({ code: 'NO_STOCK', message: 'no stock' })
  })
  await worker.ready()
  const shop = openPage(engine.url)
  shop.registerFunction('broken', () => {
    throw new Error('no dialog')
  })
  shop.registerFunction('no-json', () => 1n)
  await shop.ready()
  await expect(shop.trigger({ function_id: 'fail', payload: {} })).rejects.toMatchObject({ code: 'NO_STOCK' })
  await expect(shop.trigger({ function_id: 'gone', payload: {} })).rejects.toMatchObject({ code: 'function_not_found' })
  await expect(worker.trigger({ function_id: 'broken', payload: {} })).rejects.toThrow('no dialog')
  await expect(worker.trigger({ function_id: 'no-json', payload: {} })).rejects.toMatchObject({
    code: ErrorCode.serialization_error,
  })
})

test('functions and triggers of a page are registered again after a cut, and calls on the way are rejected', async () => {
  const link = await cuttable(engine.url)
  const [called, released] = [deferred<void>(), deferred<void>()]
  worker.registerFunction('slow', () => {
    called.resolve()
    return released.promise
  })
  await worker.ready()
  const shop = openPage(link.url)
  const seen: string[] = []
  shop.registerFunction('on-price', ({ event_type }: { event_type: string }) => void seen.push(event_type))
  shop.registerTrigger(BuiltinTrigger.state('on-price', { scope: 'prices' }))
  await shop.ready()
  const states: IIIConnectionState[] = []
  shop.onConnectionStateChange((state) => states.push(state))
  const pending = shop.trigger({ function_id: 'slow', payload: {} })
  const failed = expect(pending).rejects.toMatchObject({ code: ErrorCode.CONNECTION_LOST, outcome: 'unknown' })
  await called.promise
  link.cut()
  await failed
  released.resolve()
  await shop.ready()
  await worker.trigger({ function_id: 'state::set', payload: { scope: 'prices', key: 'tea', value: 3 } })
  await expect.poll(() => seen).toEqual(['state:created'])
  expect(states.at(-1)).toBe(IIIConnectionState.Connected)
})

test('a page enters a guarded listener with a new ticket for each attempt, and only there', async () => {
  const tickets: string[] = []
  worker.registerFunction('access::auth', ({ query_params }: { query_params: Record<string, string[]> }) => {
    const [ticket = ''] = query_params['ticket'] ?? []
    tickets.push(ticket)
    if (!ticket.startsWith('good')) throw new Error('unknown ticket')
    return { allowed_functions: [] }
  })
  worker.registerFunction('shop::hours', () => '9 to 17')
  worker.registerFunction('shop::secret', () => 's3cr3t')
  await worker.ready()
  const link = await cuttable(engine.guardedUrl!)
  let issued = 0
  const shop = openPage(link.url, { ticket: () => Promise.resolve(`good-${String((issued += 1))}`) })
  await shop.ready()
  expect(await shop.trigger({ function_id: 'shop::hours', payload: {} })).toBe('9 to 17')
  link.cut()
  await expect.poll(() => tickets).toEqual(['good-1', 'good-2'])
  await shop.ready()
  const stranger = openPage(engine.guardedUrl!, { ticket: () => 'bad', reconnectionConfig: { maxRetries: 0 } })
  await expect(stranger.ready({ timeoutMs: 10_000 })).rejects.toThrow()
})

test('a ticket that cannot be obtained is reported, and requested again', async () => {
  let attempts = 0
  const reports: unknown[] = []
  const shop = openPage(engine.url, {
    diagnostics: (event) => {
      if (event.kind === 'connection_ended') reports.push(event.error.message)
    },
    ticket: () => {
      attempts += 1
      if (attempts === 1) throw new Error('signed out')
      return 'any'
    },
  })
  await shop.ready()
  expect(reports).toEqual([expect.stringContaining('signed out')])
})

test('channels carry bytes both ways as web streams', async () => {
  worker.registerFunction('upper', async ({ input, output }: { input: NodeReader; output: NodeWriter }) => {
    const bytes = await input.readAll()
    await output.write(Buffer.from(bytes.toString().toUpperCase()))
    await output.close()
  })
  await worker.ready()
  const shop = openPage(engine.url)
  const [up, down] = [await shop.channels.create(), await shop.channels.create()]
  const call = shop.trigger({ function_id: 'upper', payload: { input: up.readerRef, output: down.writerRef } })
  const text = 'grüße '.repeat(50_000)
  await new Blob([text]).stream().pipeTo(up.writer.toWeb())
  const answer = await new Response(down.reader.toWeb()).text()
  await call
  expect(answer === text.toUpperCase()).toBe(true)
})

test('a reference in the payload of a function of a page becomes a live end', async () => {
  const shop = openPage(engine.url)
  shop.registerFunction('echo', async ({ input, output }: { input: ChannelReader; output: ChannelWriter }) => {
    await input.toWeb().pipeTo(output.toWeb())
  })
  await shop.ready()
  await worker.ready()
  const [up, down] = [await worker.channels.create(), await worker.channels.create()]
  const call = worker.trigger({ function_id: 'echo', payload: { input: up.readerRef, output: down.writerRef } })
  await up.writer.pipeFrom(['one ', 'two'])
  expect((await down.reader.readAll()).toString()).toBe('one two')
  await call
})

test('a reader of a page whose channel is cut receives an error, never a clean end', async () => {
  const link = await cuttable(engine.url)
  await worker.ready()
  const shop = openPage(link.url)
  const { reader, writerRef } = await shop.channels.create()
  worker.registerFunction('write', async ({ output }: { output: NodeWriter }) => output.write(Buffer.from('half')))
  await worker.ready()
  const items = reader.toWeb().getReader()
  const first = items.read()
  await worker.trigger({ function_id: 'write', payload: { output: writerRef } })
  expect(Buffer.from((await first).value!).toString()).toBe('half')
  link.cut()
  await expect(items.read()).rejects.toMatchObject({ code: ErrorCode.CONNECTION_LOST })
})

test('a follower receives the content, then changes, and the content again after a cut', async () => {
  const port = await cuttable(engine.streamUrl!)
  await worker.ready()
  const chat = streamClient<{ text: string }>(worker, 'chat')
  await chat.set({ group_id: 'tea', item_id: 'm1', data: { text: 'a' } })
  const follower = follow<{ text: string }>(port.url, { stream: 'chat', group: 'tea' })
  const updates = follower[Symbol.asyncIterator]()
  expect(await nextUpdate(updates)).toMatchObject({ type: 'sync', data: [{ text: 'a' }] })
  await chat.set({ group_id: 'tea', item_id: 'm2', data: { text: 'b' } })
  expect(await nextUpdate(updates)).toMatchObject({ type: 'create', id: 'm2', data: { text: 'b' } })
  port.cut()
  await chat.set({ group_id: 'tea', item_id: 'm3', data: { text: 'c' } })
  const after = (await nextUpdate(updates)) as { type: string; data: { text: string }[] }
  expect(after.type).toBe('sync')
  expect(after.data.map(({ text }) => text)).toEqual(['a', 'b', 'c'])
  await follower.close()
  expect(await nextUpdate(updates)).toBe('done')
})

test('a follower that is not read gets the content again instead of every change', async () => {
  await worker.ready()
  const chat = streamClient<number>(worker, 'chat')
  const follower = follow<number>(engine.streamUrl!, { stream: 'chat', group: 'tea' })
  await expect.poll(() => follower.getConnectionState()).toBe(IIIConnectionState.Connected)
  const updates = follower[Symbol.asyncIterator]()
  expect(await nextUpdate(updates)).toMatchObject({ type: 'sync' })
  for (let n = 1; n <= 1_001; n += 1) await chat.set({ group_id: 'tea', item_id: 'n', data: n })
  let last: unknown
  let count = 0
  do {
    last = await nextUpdate(updates)
    count += 1
  } while (last !== 'done' && (last as { type: string }).type !== 'sync')
  expect(last).toMatchObject({ data: [1_001] })
  expect(count).toBeLessThan(1_000)
})

test('a follower of a stream that refuses it ends with FORBIDDEN', async () => {
  worker.registerFunction('may-join', () => ({ unauthorized: true }))
  worker.registerTrigger(BuiltinTrigger.streamJoin('may-join', {}))
  await worker.ready()
  const updates = follow(engine.streamUrl!, { stream: 'chat', group: 'secret' })[Symbol.asyncIterator]()
  await expect(updates.next()).rejects.toMatchObject({ code: ErrorCode.FORBIDDEN })
})

interface NodeReader {
  readAll(): Promise<Buffer>
}
interface NodeWriter {
  write(data: Uint8Array): Promise<void>
  close(): Promise<void>
}
