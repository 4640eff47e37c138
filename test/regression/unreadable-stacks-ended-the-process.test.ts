/** An error whose `stack` throws was read by the trace of an async handler, outside of every boundary. */
import { expect, onTestFinished, test } from 'vitest'
import { createTestEngine } from '../../src/entry/testing.js'
import type { DiagnosticEvent } from '../../src/index.js'

const unreadable = () => {
  throw new Error('the getter threw')
}

class InheritedStack extends Error {
  constructor() {
    super('inherited')
    Reflect.deleteProperty(this, 'stack')
  }
}
Object.defineProperty(InheritedStack.prototype, 'stack', { get: unreadable })

const thrown: [string, () => unknown][] = [
  ['stack', () => Object.defineProperty(new Error('own'), 'stack', { get: unreadable })],
  ['inherited stack', () => new InheritedStack()],
  ['message', () => Object.defineProperty(new Error('own'), 'message', { get: unreadable })],
  ['name', () => Object.defineProperty(new Error('own'), 'name', { get: unreadable })],
  ['everything', () => new Proxy(new Error('own'), { get: unreadable, getPrototypeOf: unreadable })],
]

test.each(thrown)('an error with an unreadable %s is answered and traced', async (_of, make) => {
  const engine = await createTestEngine({ ports: false })
  onTestFinished(() => engine.close())
  const events: DiagnosticEvent[] = []
  const rejections: unknown[] = []
  const note = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const worker = engine.connect({
    otel: { enabled: true },
    exposeErrors: false,
    diagnostics: (event) => events.push(event),
  })
  worker.registerFunction('sync', () => {
    throw make()
  })
  worker.registerFunction('async', async () => Promise.reject(make() as Error))
  for (const id of ['sync', 'async'])
    worker.registerTrigger({ type: 'http', function_id: id, config: { api_path: `/${id}` } })
  await worker.ready()

  for (const id of ['sync', 'async']) {
    await expect(engine.call(id, {})).rejects.toMatchObject({ code: 'invocation_failed' })
    const response = await engine.inject({ method: 'GET', path: `/${id}` })
    expect(await response.json()).toEqual({ error: { error_id: expect.any(String) as string } })
    expect(response.status).toBe(500)
  }
  await worker.shutdownAsync()
  expect(rejections).toEqual([])
  expect(events.filter(({ kind }) => kind === 'frame_failed')).toEqual([])
  expect(engine.spans().filter(({ name }) => name.startsWith('execute'))).toHaveLength(4)
})
