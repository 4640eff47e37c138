import { expect, test } from 'vitest'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { testEngine } from '../kit/local-rig.js'

nothingEscapes()

test('a listener for the bytes of a channel that throws ends its stream with a diagnostic, not an unhandled rejection', async () => {
  const engine = await testEngine()
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  await worker.ready()
  const { writer, reader } = await worker.channels.create()
  const thrown = new Error('of the listener')
  reader.stream.on('data', () => {
    throw thrown
  })
  await writer.write('bytes')
  await expect.poll(() => events.filter(({ kind }) => kind === 'channel_failed')).toHaveLength(1)

  expect(events.at(-1)).toEqual({ kind: 'channel_failed', error: thrown })
  expect(reader.stream.destroyed).toBe(true)
})
