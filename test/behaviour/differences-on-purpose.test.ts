/** What the local engine does better than the distributed one, where no other test shows it. */
import { expect, test } from 'vitest'
import { http } from '../../src/entry/helpers/http.js'
import { deferred } from '../../src/std/async/deferred.js'
import { testEngine } from '../kit/local-rig.js'

test('calls are recorded before they are sent, so no result has to be repeated', async () => {
  const engine = await testEngine()
  const callee = engine.connect()
  callee.registerFunction('echo', (n: number) => n)
  await callee.ready()
  const numbers = Array.from({ length: 500 }, (_, n) => n)
  expect(await Promise.all(numbers.map((n) => engine.call('echo', n)))).toEqual(numbers)
  expect(engine.stats()).toMatchObject({ lateResults: 0, pendingCalls: 0 })
})

test('a streamed response whose writer is cut is aborted, not ended', async () => {
  const engine = await testEngine()
  const worker = engine.connect()
  const cut = deferred<() => void>()
  worker.registerFunction(
    'report',
    http((_request, response) => {
      response.stream.on('error', () => undefined)
      response.stream.write('the first half')
      cut.resolve(() =>
        (response.stream as NodeJS.WritableStream & { destroy(error: Error): void }).destroy(new Error('cut')),
      )
      return new Promise<void>((resolve) => response.stream.once('close', resolve))
    }),
  )
  worker.registerTrigger({ type: 'http', function_id: 'report', config: { api_path: 'report', http_method: 'GET' } })
  await worker.ready()
  const response = await fetch(`${engine.httpUrl ?? ''}/report`)
  expect(response.status).toBe(200)
  const end = await cut.promise
  end()
  await expect(response.text()).rejects.toThrow()
})

test('an engine without a port runs no commands', async () => {
  const lines: string[] = []
  const log = (_fields: object, message: string): void => void lines.push(message)
  const engine = await testEngine({
    ports: false,
    builtins: { 'iii-exec': { exec: ['exit 1'] } },
    log: { debug: log, info: log, warn: log, error: log },
  })
  await engine.call('engine::workers::list')
  expect(lines).toContain('The commands of `iii-exec` are not started, as this engine has no port')
  expect(lines.join()).not.toContain('A command of `iii-exec`')
})
