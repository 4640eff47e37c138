/** Decodes a frame of either end, for tools that observe the wire: tests, proxies, recorders. */
import { SerdeError } from '../../errors.js'
import { workerCodec } from './codec.js'
import { engineCodec } from './engine-codec.js'
import { ErrorCode } from '../../errors.js'
import type { EngineMessage, WorkerMessage } from './messages.js'

/**
 * Parses a frame into a message.
 * @throws {SerdeError} `UNKNOWN_MESSAGE_TYPE` or `MALFORMED_FRAME` with the expected and the received value.
 */
export function parseMessage(frame: string): EngineMessage | WorkerMessage {
  if (typeof frame !== 'string') throw new SerdeError(ErrorCode.MALFORMED_FRAME, 'A frame must be a string of JSON')
  const fromEngine = workerCodec.decode(frame)
  if (fromEngine.type !== 'invalid' && fromEngine.type !== 'blank') return fromEngine
  const fromWorker = engineCodec.decode(frame)
  if (fromWorker.type !== 'invalid' && fromWorker.type !== 'blank') return fromWorker
  // A type that only one end sends is unknown in the table of the other, so the more specific problem is reported.
  const problems = [fromEngine, fromWorker].filter((problem) => problem.type === 'invalid')
  const problem = problems.find(({ code }) => code === ErrorCode.MALFORMED_FRAME) ?? problems[0]
  if (problem === undefined) throw new SerdeError(ErrorCode.MALFORMED_FRAME, 'The frame is blank')
  throw new SerdeError(problem.code, `The frame cannot be parsed: ${problem.detail}`)
}
