import { expect, test } from 'vitest'
import { testEngine } from '../kit/local-rig.js'

test('a source that yields values other than bytes and text is rejected, not skipped', async () => {
  const engine = await testEngine()
  const worker = engine.connect()
  await worker.ready()
  const { writer, reader } = await worker.channels.create()
  const received = reader.readAll()
  const source = ['whole', 42 as unknown as string, 'never']

  await expect(writer.pipeFrom(source)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'chunk must be a Uint8Array or a string, got 42',
  })
  await writer.close()
  expect(String(await received)).toBe('whole')
})
