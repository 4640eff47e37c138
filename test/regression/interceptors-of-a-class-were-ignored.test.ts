import { expect, test } from 'vitest'
import type { DiagnosticEvent, Interceptor, TriggerRequest } from '../../src/index.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'

test('an interceptor may be an instance of a class, whose methods keep their `this`', async () => {
  class Audit {
    readonly seen: string[] = []
    call(request: TriggerRequest, next: () => Promise<unknown>): Promise<unknown> {
      this.seen.push(request.function_id)
      return next()
    }
    async serve({ payload }: { payload: unknown }, next: (payload: unknown) => Promise<unknown>): Promise<unknown> {
      this.seen.push('serve')
      return [await next(payload)]
    }
  }
  await using engine = await createTestEngine({ ports: false })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  const audit = new Audit()
  const remove = worker.use(audit)
  worker.registerFunction('f', () => 1)
  await worker.ready()
  expect(await worker.trigger({ function_id: 'f', payload: {} })).toEqual([1])
  expect(audit.seen).toEqual(['f', 'serve'])
  expect(events.filter(({ kind }) => kind === 'unknown_option')).toEqual([])
  remove()
  expect(await worker.trigger({ function_id: 'f', payload: {} })).toBe(1)
})

test('an interceptor without any known member is refused, since it would let every call through', async () => {
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ diagnostics: () => undefined })
  for (const [given, got] of [
    [{ cal: () => undefined }, 'cal'],
    [{}, 'none'],
  ] as [Interceptor, string][]) {
    const message = expect.stringContaining(`got ${got}`) as string
    expect(() => worker.use(given)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
  }
  expect(() => worker.use({ call: undefined })).not.toThrow()
})
