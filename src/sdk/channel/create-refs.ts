/** Asks the engine for a new channel, whatever its ends are made of. */
import { ErrorCode, invalidArgument, RuntimeError } from '../../errors.js'
import { CREATE_CHANNEL } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import { isChannelRef, type StreamChannelRef } from './channel-ref.js'

/** The references to both ends of a channel. */
export interface ChannelRefs {
  readonly writerRef: StreamChannelRef
  readonly readerRef: StreamChannelRef
}

/** @throws {RuntimeError} `INVALID_ARGUMENT` for a size that is not a whole number above 0. */
export async function createRefs(
  call: (functionId: string, payload: object) => Promise<unknown>,
  bufferSize: number | undefined,
): Promise<ChannelRefs> {
  if (bufferSize !== undefined && !(Number.isInteger(bufferSize) && bufferSize > 0)) {
    throw invalidArgument('bufferSize', 'a whole number above 0', bufferSize)
  }
  const payload = bufferSize === undefined ? {} : { buffer_size: bufferSize }
  const created = await call(CREATE_CHANNEL, payload)
  const [writerRef, readerRef] = isRecord(created) ? [created['writer'], created['reader']] : []
  if (isChannelRef(writerRef) && isChannelRef(readerRef)) return { writerRef, readerRef }
  throw new RuntimeError(ErrorCode.UNKNOWN, `The engine returned an invalid channel: ${describe(created)}`)
}
