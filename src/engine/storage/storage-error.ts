/**
 * Turns a store's refusal into the answer of the function that wanted to write.
 */
import { InvocationError } from '../../errors.js'
import { StoreError } from './store.js'

/**
 * Waits for a write.
 * @throws {InvocationError} with the code `codeOf` gives for the store's refusal; anything else as it is.
 */
export async function orAnswer(write: Promise<void>, codeOf: (refusal: StoreError) => string): Promise<void> {
  try {
    await write
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    throw new InvocationError({ code: codeOf(cause), message: cause.message }, { cause })
  }
}
