/** What may pass the wire: sizes (R17), frames (R18), and values (R27). */
import type { Fault } from '../plant.js'

export const faults: readonly Fault[] = [
  {
    name: 'too-large-messages-are-sent',
    row: 'R17',
    file: 'src/wire/protocol/codec.ts',
    find: 'if (bytes <= maxBytes) return',
    replace: 'if (bytes <= 2 * maxBytes) return',
    tests: ['test/reliability/payloads-around-the-limits.test.ts'],
  },
  {
    name: 'frame-of-just-the-limit-is-refused',
    row: 'R17',
    file: 'src/wire/transport/framing/frame-guard.ts',
    find: 'length > this.#limits.maxBytes',
    replace: 'length >= this.#limits.maxBytes',
    tests: ['test/reliability/payloads-around-the-limits.test.ts'],
  },
  {
    name: 'workers-take-messages-of-any-size',
    row: 'R17',
    file: 'src/wire/transport/ws-dial.ts',
    find: '    maxPayload: MAX_INBOUND_BYTES,\n',
    replace: '    maxPayload: 0,\n',
    tests: ['test/reliability/payloads-around-the-limits.test.ts'],
  },
  {
    name: 'broken-text-is-let-in',
    row: 'R18',
    file: 'src/wire/transport/ws-accept.ts',
    find: '    clientTracking: false,\n',
    replace: '    clientTracking: false,\n    skipUTF8Validation: true,\n',
    tests: ['test/reliability/raw-websocket-frames.test.ts'],
  },
  {
    name: 'frame-guard-forgets-the-mask',
    row: 'R18',
    file: 'src/wire/transport/framing/frame-guard.ts',
    find: '(this.#isMasked() ? KEY_BYTES : 0)',
    replace: '(this.#isMasked() ? 2 : 0)',
    tests: ['test/reliability/raw-websocket-frames.test.ts'],
  },
  {
    name: 'parts-of-a-frame-are-unmasked-from-the-start-of-its-key',
    row: 'R15',
    file: 'src/wire/transport/framing/frame-unmask.ts',
    find: 'this.#turn(this.#offset - byteOffset - from)',
    replace: 'this.#turn(-byteOffset - from)',
    tests: ['test/reliability/large-transfers-arrive-whole.test.ts'],
  },
  {
    name: 'what-is-no-json-escapes-untyped',
    row: 'R27',
    file: 'src/wire/protocol/codec.ts',
    find: 'throw new SerdeError(ErrorCode.serialization_error, `The value',
    replace: 'throw cause ?? new SerdeError(ErrorCode.serialization_error, `The value',
    tests: ['test/reliability/json-edges.test.ts'],
  },
]
