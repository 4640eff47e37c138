import { expect, onTestFinished, test } from 'vitest'
import { recordsOf } from '../../src/cli/commands/ask/logs.js'
import type { Remote } from '../../src/cli/commands/ask/connection.js'
import { schemasOf } from '../../src/generate/read-schemas.js'
import { createTestEngine } from '../../src/entry/testing.js'

function record(second: number) {
  const at = second * 1e9
  const body = `at ${String(second)}`
  const severity = { severity_number: 9, severity_text: 'INFO' }
  return { timestamp_unix_nano: at, observed_timestamp_unix_nano: at, body, service_name: 'shop', ...severity }
}

test('`logs` prints the records of several workers in the order of their times', async () => {
  const ask = () => Promise.resolve({ logs: [record(2), record(3), record(1)] })
  const records = await recordsOf({ ask } as unknown as Remote, {}, 3)
  expect(records.map(({ body }) => body)).toEqual(['at 1', 'at 2', 'at 3'])
})

test('reading the schemas of an engine calls no function that the engine does not have', async () => {
  const engine = await createTestEngine({ ports: false })
  onTestFinished(() => engine.close())
  const worker = engine.connect()
  await worker.ready()
  const called: string[] = []
  const withoutStreams = (async (request: { function_id: string; payload: object }) => {
    called.push(request.function_id)
    const result: unknown = await worker.trigger(request)
    if (request.function_id !== 'engine::functions::list') return result
    const { functions } = result as { functions: { function_id: string }[] }
    return { functions: functions.filter(({ function_id }) => !function_id.startsWith('stream::')) }
  }) as typeof worker.trigger
  expect((await schemasOf(withoutStreams)).streams).toEqual([])
  expect(called).not.toContain('stream::list_all')
  await schemasOf(worker.trigger)
})
