/**
 * Declares schemas for a function: one declaration types the handler, validates payloads and results at run time, and is
 * listed by the engine as JSON Schema. Any Standard Schema library works; this example uses zod.
 */
import { InvocationError, registerWorker } from 'iii-node'
import { z } from 'zod'

const worker = registerWorker()

worker.registerFunction(
  'orders::price',
  // `lines` is inferred as { sku: string, count: number }[], with the default filled in.
  ({ lines }) => ({ cents: lines.reduce((sum, { count }) => sum + count * 250, 0) }),
  {
    input: z.object({
      lines: z.array(z.object({ sku: z.string().min(1), count: z.int().positive().default(1) })).min(1),
    }),
    output: z.object({ cents: z.int() }),
  },
)
await worker.ready()

const price = (payload: unknown): Promise<unknown> => worker.trigger({ function_id: 'orders::price', payload })

console.log('valid:', await price({ lines: [{ sku: 'tea', count: 2 }, { sku: 'cup' }] }))

await price({ lines: [{ sku: '', count: 0.5 }] }).catch((error: unknown) => {
  if (!(error instanceof InvocationError)) throw error
  console.log('invalid:', error.code, '-', error.detail)
})

const [listed] = await worker.listFunctions({ prefix: 'orders::' })
console.log('listed as', JSON.stringify(listed?.request_format))

await worker.shutdownAsync()
