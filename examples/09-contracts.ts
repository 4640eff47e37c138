/**
 * Contracts: a function's id and schemas as a value that caller and callee import. Both get its types, and a payload
 * that does not fit is rejected before it is sent.
 */
import { defineFunction, registerWorker, TriggerAction, ValidationError } from 'iii-node'
import { z } from 'zod'

// In a project this is a file of its own. Importing it connects nothing.
const convert = defineFunction({
  id: 'money::convert',
  description: 'Converts an amount into another currency',
  input: z.object({ cents: z.int(), to: z.enum(['EUR', 'JPY']) }),
  output: z.object({ amount: z.number(), at: z.coerce.date() }),
})

const bank = registerWorker(undefined, { workerName: 'bank' })
bank.registerFunction(convert, ({ cents, to }) => ({ amount: cents * (to === 'EUR' ? 0.009 : 1.5), at: new Date() }))
await bank.ready()

const shop = registerWorker(undefined, { workerName: 'shop' })
const { amount, at } = await shop.trigger(convert, { cents: 1_000, to: 'EUR' })
console.log(amount, 'EUR,', at instanceof Date ? '`at` is a Date' : '`at` is a string')

// A client has one method for each contract.
const money = shop.client({ convert })
console.log((await money.convert({ cents: 1_000, to: 'JPY' }, { timeoutMs: 5_000 })).amount, 'JPY')

const receipt = await money.convert({ cents: 1, to: 'EUR' }, { action: TriggerAction.Enqueue({ queue: 'default' }) })
console.log('queued as', receipt.messageReceiptId)

// @ts-expect-error -- USD is not in the contract: a compile error, and a ValidationError at run time
await money.convert({ cents: 0.5, to: 'USD' }).catch((error: unknown) => {
  if (!(error instanceof ValidationError)) throw error
  for (const { path, message } of error.issues) console.log('invalid:', path, message)
})

await Promise.all([shop.shutdownAsync(), bank.shutdownAsync()])
