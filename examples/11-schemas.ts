/**
 * Schemas: one declaration gives the handler its types, the checks at run time and the JSON Schema that the engine
 * lists. Any library with Standard Schema will do; here zod.
 */
import { InvocationError, registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'
import { z } from 'zod'

const engine = await createTestEngine()
const worker = registerWorker(engine.url, { workerName: 'shop' })

worker.registerFunction(
  'orders::price',
  // `lines` is a list of { sku: string, count: number }: inferred, with the default filled in.
  ({ lines }) => ({ cents: lines.reduce((sum, { count }) => sum + count * 250, 0) }),
  {
    input: z.object({
      lines: z.array(z.object({ sku: z.string().min(1), count: z.int().positive().default(1) })).min(1),
    }),
    output: z.object({ cents: z.int() }),
  },
)
await worker.ready()

const ask = (payload: unknown): Promise<unknown> => worker.trigger({ function_id: 'orders::price', payload })

console.log(await ask({ lines: [{ sku: 'tea', count: 2 }, { sku: 'cup' }] }))

try {
  await ask({ lines: [{ sku: '', count: 0.5 }] })
} catch (error) {
  if (error instanceof InvocationError) console.log(error.code, '-', error.detail)
}

const [listed] = await worker.listFunctions({ prefix: 'orders::' })
console.log('listed as', JSON.stringify(listed?.request_format))

await worker.shutdownAsync()
await engine.close()
