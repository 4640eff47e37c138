import { expect, test } from 'vitest'
import { MessageType, parseMessage, toMessage, type RegistrationMessage } from '../../../../../src/entry/protocol.js'

test.each<[RegistrationMessage, object]>([
  [
    { message_type: MessageType.RegisterFunction, id: 'f', description: 'd', metadata: { a: 1 } },
    { type: 'registerfunction', id: 'f', description: 'd', metadata: { a: 1 } },
  ],
  [
    { message_type: MessageType.RegisterTrigger, id: 't', type: 'cron', function_id: 'f', config: { expression: 'x' } },
    { type: 'registertrigger', id: 't', trigger_type: 'cron', function_id: 'f', config: { expression: 'x' } },
  ],
  [
    { message_type: MessageType.RegisterTrigger, id: 't', type: 'log', function_id: 'f', config: undefined },
    { type: 'registertrigger', id: 't', trigger_type: 'log', function_id: 'f', config: null },
  ],
  [
    { message_type: MessageType.RegisterTriggerType, id: 'tick', description: 'd' },
    { type: 'registertriggertype', id: 'tick', description: 'd' },
  ],
  [
    { message_type: MessageType.RegisterService, id: 's', parent_service_id: 'p' },
    { type: 'registerservice', id: 's', parent_service_id: 'p' },
  ],
])('a registration becomes its frame, without what is undefined: %j', (registration, frame) => {
  expect(toMessage(registration)).toStrictEqual(frame)
  expect(parseMessage(JSON.stringify(toMessage(registration)))).toMatchObject(frame)
})

test('a message that registers nothing is refused', () => {
  const invalid = { message_type: MessageType.Ping, id: 'x' } as unknown as RegistrationMessage
  expect(() => toMessage(invalid)).toThrow(
    'message_type must be one of the registrations in MessageType, got the string "ping"',
  )
})

test('frames from both ends are read', () => {
  expect(parseMessage('{"type":"workerregistered","worker_id":"w"}')).toMatchObject({ worker_id: 'w' })
  expect(parseMessage('{"type":"unregisterfunction","id":"f"}')).toMatchObject({ id: 'f' })
})

test.each([
  ['', 'MALFORMED_FRAME', 'blank'],
  ['{', 'MALFORMED_FRAME', 'expected a JSON object'],
  ['{"type":"no-such"}', 'UNKNOWN_MESSAGE_TYPE', '"no-such"'],
  ['{"type":"registerfunction"}', 'MALFORMED_FRAME', 'member `id` must be a string'],
  ['{"type":"workerregistered"}', 'MALFORMED_FRAME', 'member `worker_id` must be a string'],
])('a frame that cannot be read says why: %s', (frame, code, text) => {
  expect(() => parseMessage(frame)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(text) as string }) as Error,
  )
})
