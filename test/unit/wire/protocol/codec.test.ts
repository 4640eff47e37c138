import fc from 'fast-check'
import { expect, test } from 'vitest'
import { workerCodec } from '../../../../src/wire/protocol/codec.js'
import { engineCodec } from '../../../../src/wire/protocol/engine-codec.js'
import { MAX_MESSAGE_BYTES } from '../../../../src/wire/protocol/limits.js'
import { engineMessages, workerMessages } from '../../../../src/wire/protocol/messages.js'
import { hostileValues } from '../../../kit/hostile-values.js'
import { brokenMember, engineMessage, json, mutation, workerMessage } from '../../../kit/wire-messages.js'

const runs = { numRuns: process.env['TIER'] === 'nightly' ? 100_000 : 2_000 }

const directions = [
  {
    from: 'worker',
    message: workerMessage,
    writer: workerCodec,
    reader: engineCodec,
    types: Object.keys(workerMessages),
  },
  {
    from: 'engine',
    message: engineMessage,
    writer: engineCodec,
    reader: workerCodec,
    types: Object.keys(engineMessages),
  },
] as const

test.each(directions)(
  'a message written by a $from is read unchanged by the other end',
  ({ message, writer, reader }) => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(reader.decode(writer.encode(sent as never))).toEqual(sent)
      }),
      runs,
    )
  },
)

test.each(directions)(
  'every damaged frame of a $from is a message or a problem, never a throw',
  ({ message, writer, reader, types }) => {
    fc.assert(
      fc.property(message, fc.array(mutation, { minLength: 1, maxLength: 4 }), (sent, changes) => {
        const frame = changes.reduce((text, change) => change(text), writer.encode(sent as never))
        const read = reader.decode(frame)
        expect([...types, 'invalid', 'blank']).toContain(read.type)
        if (read.type === 'invalid') expect((read as { detail: string }).detail.length).toBeLessThan(700)
      }),
      runs,
    )
  },
)

test.each(directions)('a member of the wrong kind in a frame of a $from is named', ({ message, reader }) => {
  fc.assert(
    fc.property(brokenMember(message), (broken) => {
      const read = reader.decode(JSON.stringify(broken)) as { type: string; code?: string }
      if (read.type === 'invalid') expect(['MALFORMED_FRAME', 'UNKNOWN_MESSAGE_TYPE']).toContain(read.code)
    }),
    runs,
  )
})

test('any JSON and any text at all is read without a throw', () => {
  for (const { reader } of directions) {
    fc.assert(
      fc.property(json, (value) => typeof reader.decode(JSON.stringify(value)).type === 'string'),
      runs,
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => typeof reader.decode(text).type === 'string'),
      runs,
    )
  }
})

test.each(['', ' ', '\n\t ', '\u00a0'])('white space %j is neither a message nor a problem', (frame) => {
  expect(workerCodec.decode(frame)).toEqual({ type: 'blank' })
})

test.each([
  ['[]', 'MALFORMED_FRAME', 'expected a JSON object; got an array of 0'],
  ['null', 'MALFORMED_FRAME', 'expected a JSON object; got null'],
  ['nonsense', 'MALFORMED_FRAME', 'expected a JSON object; got text that is not JSON: the string "nonsense"'],
  ['{}', 'UNKNOWN_MESSAGE_TYPE', undefined],
  ['{"type":"toString"}', 'UNKNOWN_MESSAGE_TYPE', undefined],
  ['{"type":"__proto__"}', 'UNKNOWN_MESSAGE_TYPE', undefined],
  ['{"type":["ping"]}', 'UNKNOWN_MESSAGE_TYPE', undefined],
  [
    '{"type":"workerregistered"}',
    'MALFORMED_FRAME',
    'workerregistered: member `worker_id` must be a string, got undefined',
  ],
  [
    '{"type":"invokefunction","invocation_id":"1","function_id":"f","data":{}}',
    'MALFORMED_FRAME',
    'invokefunction: member `invocation_id` must be a UUID, got the string "1"',
  ],
])('%s is a problem that says what was expected', (frame, code, detail) => {
  const read = workerCodec.decode(frame)

  expect(read).toMatchObject({ type: 'invalid', code })
  if (detail !== undefined) expect(read).toMatchObject({ detail })
})

test('an explicit null in an optional member reads as absent', () => {
  const read = workerCodec.decode('{"type":"workerregistered","worker_id":"w","reattach_token":null}')

  expect(read).toMatchObject({ worker_id: 'w' })
  expect((read as { reattach_token?: string }).reattach_token).toBeUndefined()
})

test('unknown members are passed through', () => {
  expect(workerCodec.decode('{"type":"pong","at":5}')).toEqual({ type: 'pong', at: 5 })
})

test('a frame cannot pollute prototypes', () => {
  workerCodec.decode('{"type":"pong","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')

  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test('a hundred thousand levels of nesting are read and written whole, or refused with a code', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  const read = workerCodec.decode(
    `{"type":"invokefunction","invocation_id":"6f0c3f0e-0000-4000-8000-000000000000","function_id":"f","data":${deep}}`,
  )
  expect(['invokefunction', 'invalid']).toContain(read.type)

  let data: unknown[] = []
  for (let level = 0; level < 100_000; level += 1) data = [data]
  // Depending on its version, V8 writes such a value or gives up.
  let written: string | undefined
  try {
    written = workerCodec.encode({ type: 'invokefunction', function_id: 'f', data })
  } catch (error) {
    expect(error).toMatchObject({ kind: 'Serde', code: 'serialization_error' })
  }
  if (written !== undefined) expect(written).toContain(`${'['.repeat(100_001)}${']'.repeat(100_001)}`)
})

test('whatever a payload is, writing it gives a frame or an error of this package', () => {
  for (const { name, value } of hostileValues()) {
    let outcome: unknown
    try {
      const frame = workerCodec.encode({ type: 'invokefunction', function_id: 'f', data: value })
      outcome = Object.keys(JSON.parse(frame) as object)
    } catch (error) {
      outcome = (error as { kind?: unknown }).kind
    }
    // Without its key a frame is ignored in silence, so every frame that is written has it.
    expect({ name, outcome }).toEqual({
      name,
      outcome: outcome === 'Serde' ? 'Serde' : (expect.arrayContaining(['type', 'function_id', 'data']) as unknown),
    })
  }
})

test('a message of the other end is not written', () => {
  expect(() => workerCodec.encode({ type: 'workerregistered' } as never)).toThrow(/not one this end sends/)
  expect(() => engineCodec.encode({ type: 'reattach' } as never)).toThrow(/not one this end sends/)
})

test('the limit counts bytes, not characters, to the byte', () => {
  const frameOf = (data: string): string => workerCodec.encode({ type: 'invokefunction', function_id: 'f', data })
  const overhead = Buffer.byteLength(frameOf(''))
  const room = MAX_MESSAGE_BYTES - overhead
  const fits = 'é'.repeat(Math.floor(room / 2)) + 'e'.repeat(room % 2)

  expect(Buffer.byteLength(frameOf(fits))).toBe(MAX_MESSAGE_BYTES)
  expect(() => frameOf(`${fits}e`)).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }) as Error)
})
