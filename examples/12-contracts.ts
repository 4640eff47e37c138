/**
 * Contracts: a function without its handler, as plain data that caller and callee share. Both sides get its types and
 * its checks; a payload that does not fit is refused before it is sent.
 */
import { defineFunction, registerWorker, TriggerAction, ValidationError } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'
import { z } from 'zod'

// A file of its own, in a real project: importing it connects nothing.
const convert = defineFunction({
  id: 'money::convert',
  description: 'Converts an amount into another currency',
  input: z.object({ cents: z.int(), to: z.enum(['EUR', 'JPY']) }),
  output: z.object({ amount: z.number(), at: z.coerce.date() }),
})

const engine = await createTestEngine()

const bank = registerWorker(engine.url, { workerName: 'bank' })
bank.registerFunction(convert, ({ cents, to }) => ({ amount: cents * (to === 'EUR' ? 0.009 : 1.5), at: new Date() }))
await bank.ready()

const shop = registerWorker(engine.url, { workerName: 'shop' })
const { amount, at } = await shop.trigger(convert, { cents: 1_000, to: 'EUR' })
console.log(amount, at instanceof Date ? 'with a real date' : 'with a text')

const money = shop.client({ convert })
console.log((await money.convert({ cents: 1_000, to: 'JPY' }, { timeoutMs: 5_000 })).amount)

const receipt = await money.convert({ cents: 1, to: 'EUR' }, { action: TriggerAction.Enqueue({ queue: 'default' }) })
console.log('stored for later:', receipt.messageReceiptId !== '')

// @ts-expect-error -- no such currency: the compiler says so, and so does the check at run time
await money.convert({ cents: 0.5, to: 'USD' }).catch((error: unknown) => {
  if (!(error instanceof ValidationError)) throw error
  for (const { path, message } of error.issues) console.log(path, message)
})

await Promise.all([shop.shutdownAsync(), bank.shutdownAsync()])
await engine.close()
