/** A call of a function that the generated file does not have, and a contract of one that it has. Compiled, never run. */
import type { III } from 'iii-node'
import { contracts } from './contracts.js'

declare const worker: III

export async function calls(): Promise<void> {
  const result = await worker.trigger(contracts['math::add'], { a: 1 })
  result.sum.toFixed()
  await worker.trigger({ function_id: 'math::add', payload: { a: 1 } })
  await worker.trigger({ function_id: 'math::ad', payload: { a: 1 } })
}
