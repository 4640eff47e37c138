import { expect, test } from 'vitest'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import type { III } from '../../src/index.js'
import { http, type HttpCallback } from '../../src/sdk/worker/invocations/http-handler.js'
import { atLeastTests } from '../kit/at-least.js'
import { hostileCallbacks } from '../kit/hostile-callbacks.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { testEngine } from '../kit/local-rig.js'
import { outcomeOf } from '../kit/worker-rig.js'

nothingEscapes()

const LIMIT_MS = 5_000
const cases = hostileCallbacks.map((callback) => [callback.name, callback] as const)

interface Setting {
  readonly worker: III
  readonly httpUrl: string
  readonly events: DiagnosticEvent[]
}

async function setting(): Promise<Setting> {
  const engine = await testEngine()
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  await worker.ready()
  return { worker, httpUrl: engine.httpUrl!, events }
}

/** Failures that `diagnostics` received. */
const reports = (events: readonly DiagnosticEvent[]): string[] =>
  events.map(({ kind }) => kind).filter((kind) => kind === 'callback_failed' || kind === 'channel_failed')

/** Checks that the client still calls, serves and transfers bytes. */
async function expectGoodWork({ worker }: Setting): Promise<void> {
  worker.registerFunction('good', async ({ input }: { input: { readAll(): Promise<Buffer> } }) =>
    (await input.readAll()).toString(),
  )
  await worker.ready()
  const { writer, readerRef } = await worker.channels.create()
  const answer = worker.trigger({ function_id: 'good', payload: { input: readerRef } })
  await writer.write('bytes')
  await writer.close()
  expect(await answer).toBe('bytes')
}

async function soon(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: LIMIT_MS, interval: 2 }).toBe(true)
}

// eslint-disable-next-line local/real-time -- a report that must not follow would take this long
const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

test.each(cases)(
  'a listener to the messages of a channel that %s is reported once a message',
  async (_name, callback) => {
    const stage = await setting()
    const { writer, reader } = await stage.worker.channels.create()
    let calls = 0
    reader.onMessage(() => {
      calls += 1
      return callback.run() as undefined
    })
    await writer.sendMessage('one')
    await writer.sendMessage('two')
    await soon(() => calls === 2)
    await moment()

    const isSeen = callback.ending === 'throws' || callback.ending === 'rejects'
    expect(reports(stage.events)).toEqual(isSeen ? ['callback_failed', 'callback_failed'] : [])
    await writer.close()
    await expectGoodWork(stage)
  },
)

const failure = new Error('the source failed')
const fail = (): never => {
  throw failure
}

const throwNothing = (): never => {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- the subject
  throw undefined
}

/** Sources that break the rules of iteration. */
const sources: Record<string, () => unknown> = {
  'throws when asked for its iterator': () => ({ [Symbol.asyncIterator]: fail }),
  'has an iterator that cannot be read': () => Object.defineProperty({}, Symbol.asyncIterator, { get: fail }),
  'is nothing to iterate': () => 5,
  'is nothing at all': () => undefined,
  'throws at once': () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }),
  'throws nothing at once': () => ({ [Symbol.asyncIterator]: () => ({ next: throwNothing }) }),
  *'throws between two chunks'() {
    yield 'first'
    fail()
  },
  async *'rejects between two chunks'() {
    yield 'first'
    await Promise.reject(failure)
  },
  'yields a number': () => [1],
  'yields nothing': () => [undefined],
  'yields an object that cannot become bytes': () => [{ toString: fail }],
  'yields a rejected promise': () => [Promise.reject(failure)],
  'answers with something that is no step': () => ({ [Symbol.iterator]: () => ({ next: () => 7 }) }),
}

test.each(Object.keys(sources))('a writer fed by a source that %s rejects at its caller', async (name) => {
  const stage = await setting()
  const { writer, reader } = await stage.worker.channels.create()
  const source = sources[name]!() as Iterable<string>
  await expect(writer.pipeFrom(typeof source === 'function' ? (source as () => Iterable<string>)() : source))
    .rejects // the reason is the source's own
    .toSatisfy(() => true)
  await moment()

  expect(reports(stage.events)).toEqual([])
  await Promise.allSettled([writer.close(), reader.close()])
  await expectGoodWork(stage)
})

test('a loop over a channel that throws closes the channel, and the writer receives an error', async () => {
  const stage = await setting()
  const { writer, reader } = await stage.worker.channels.create()
  await writer.write('first')
  const loop = async (): Promise<void> => {
    for await (const _chunk of reader) fail()
  }
  await expect(loop()).rejects.toBe(failure)
  const written = (async () => {
    for (;;) {
      await writer.write('more')
      await moment()
    }
  })()
  await expect(written).rejects.toMatchObject({ code: expect.any(String) as string })
  await expectGoodWork(stage)
})

test("a listener to a channel's stream that throws ends that stream alone", async () => {
  const stage = await setting()
  const { writer, reader } = await stage.worker.channels.create()
  reader.stream.on('data', fail)
  await writer.write('first')
  await soon(() => reader.stream.destroyed)
  await moment()

  expect(reports(stage.events)).toEqual(['channel_failed'])
  await expectGoodWork(stage)
})

/** Handlers of requests that fail before, amid and after their answer. */
const handlers: Record<string, HttpCallback> = {
  // The response stays open, because code that holds its stream may go on writing.
  'throws after it has sent a part, and ends the response later': async (_request, response) => {
    response.status(200)
    response.stream.write('part')
    void moment().then(() => response.close())
    await moment()
    fail()
  },
  'throws with a stream it never ends': async (_request, response) => {
    response.headers({ 'content-type': 'text/plain' })
    await Promise.resolve()
    fail()
  },
  'destroys its stream': async (_request, response) => {
    response.stream.write('part')
    await moment()
    const stream: NodeJS.WritableStream & { destroy?(error: Error): void } = response.stream
    stream.destroy?.(failure)
  },
  'names a status that is none': async (_request, response) => {
    await Promise.resolve()
    response.status(Number.NaN)
  },
  'names headers that cannot be read': async (_request, response) => {
    await Promise.resolve()
    response.headers(Object.defineProperty({}, 'a', { enumerable: true, get: fail }))
  },
  'answers after it has closed': async (_request, response) => {
    response.close()
    await moment()
    response.stream.write('late')
    response.status(500)
    return { status_code: 200, body: 'late' }
  },
}

test.each([
  ...Object.entries(handlers),
  ...hostileCallbacks
    .filter(({ ending }) => ending !== 'hangs' && ending !== 'answers')
    .map(({ name, run }) => [name, run as HttpCallback] as const),
])('a handler of requests that %s costs its response alone', async (_name, callback) => {
  const stage = await setting()
  stage.worker.registerFunction('web', http(callback))
  stage.worker.registerTrigger({ type: 'http', function_id: 'web', config: { api_path: 'web' } })
  await stage.worker.ready()
  const answered = fetch(`${stage.httpUrl}/web`, { signal: AbortSignal.timeout(LIMIT_MS) })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch((error: unknown) => error)
  const outcome = await answered
  expect(outcome).not.toMatchObject({ name: 'TimeoutError' })
  await moment()

  expect(reports(stage.events).length).toBeLessThanOrEqual(1)
  stage.worker.registerFunction(
    'fine',
    http(() => Promise.resolve({ status_code: 200, body: 'fine' })),
  )
  stage.worker.registerTrigger({ type: 'http', function_id: 'fine', config: { api_path: 'fine' } })
  await stage.worker.ready()
  expect(await (await fetch(`${stage.httpUrl}/fine`)).text()).toContain('fine')
  await expectGoodWork(stage)
  expect(await outcomeOf(stage.worker.shutdown())).not.toBe(failure)
})

atLeastTests(55)
