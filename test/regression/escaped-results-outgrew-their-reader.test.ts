import { expect, test } from 'vitest'
import { leanLink } from '../kit/load.js'
import { testEngine } from '../kit/local-rig.js'

/** The longest message that the Python client takes. */
const MAX_BYTES = 1024 * 1024

test('A large result with every character escaped reaches the caller unescaped', async () => {
  const engine = await testEngine()
  const text = 'ä'.repeat(200_000)
  const escaped = '\\u00e4'.repeat(200_000)
  expect(escaped.length).toBeGreaterThan(MAX_BYTES)
  await leanLink(
    engine.url,
    (frame, link) => {
      const { type, invocation_id } = JSON.parse(frame) as Record<string, string>
      if (type !== 'invokefunction') return
      link.sendText(
        `{"type":"invocationresult","invocation_id":"${String(invocation_id)}","function_id":"f","result":"${escaped}"}`,
      )
    },
    ['f'],
  )
  const answer = new Promise<string>((resolve) => {
    void leanLink(engine.url, (frame) => {
      if (frame.includes('"invocationresult"')) resolve(frame)
    }).then((caller) => {
      caller.send({ type: 'invokefunction', invocation_id: crypto.randomUUID(), function_id: 'f', data: null })
    })
  })
  const frame = await answer
  expect((JSON.parse(frame) as { result: string }).result).toBe(text)
  expect(Buffer.byteLength(frame)).toBeLessThan(MAX_BYTES)
})
