/**
 * Interceptors: a token that each caller sends and each handler checks, a deadline that travels with calls, and an audit log.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { InvocationError, registerWorker, type Interceptor } from 'iii-node'

interface Sent {
  token?: string
  deadline?: number
}

/** Callers send a token; handlers run for the right one only. */
function authentication(token: string): Interceptor {
  return {
    call: (request, next) => next({ ...request, metadata: { ...(request.metadata as Sent), token } }),
    serve: async ({ payload, context }, next) => {
      const sent = (context.metadata ?? {}) as Sent
      if (sent.token !== token) throw new InvocationError({ code: 'FORBIDDEN', message: 'Send a valid token' })
      return next(payload)
    },
  }
}

/** Handlers, and the calls they make, get no more time than their caller has left. */
function deadlines(): Interceptor {
  const running = new AsyncLocalStorage<number>()
  return {
    call: (request, next) => {
      const limit = running.getStore() ?? Infinity
      const deadline = Math.min(limit, Date.now() + (request.timeoutMs ?? 30_000))
      const metadata = { ...(request.metadata as Sent), deadline }
      return next({ ...request, metadata, timeoutMs: Math.max(1, deadline - Date.now()) })
    },
    serve: async ({ payload, context }, next) => {
      const { deadline } = (context.metadata ?? {}) as Sent
      if (deadline === undefined) return next(payload)
      if (deadline <= Date.now()) throw new InvocationError({ code: 'TOO_LATE', message: 'The caller waits no longer' })
      return running.run(deadline, () => next(payload))
    },
  }
}

/** A line for each invocation, with who called and how it ended. */
function audit(log: string[]): Interceptor {
  return {
    serve: async ({ payload, context }, next) => {
      try {
        const result = await next(payload)
        log.push(`${context.functionId}: ok`)
        return result
      } catch (error) {
        log.push(`${context.functionId}: ${(error as { code?: string }).code ?? 'failed'}`)
        throw error
      }
    },
  }
}

const log: string[] = []
const shop = registerWorker(undefined, { workerName: 'shop' })
shop.use(audit(log))
shop.use(authentication('secret'))
shop.use(deadlines())
shop.registerFunction('stock::reserve', ({ item }: { item: string }) => ({ item, reserved: true }))
shop.registerFunction('orders::create', (order: { item: string }, _metadata, { trigger }) =>
  trigger<{ item: string }, unknown>({ function_id: 'stock::reserve', payload: order }),
)

const friend = registerWorker(undefined, { workerName: 'friend' })
friend.use(authentication('secret'))
friend.use(deadlines())
const stranger = registerWorker(undefined, { workerName: 'stranger' })
await Promise.all([shop.ready(), friend.ready(), stranger.ready()])

const order = { function_id: 'orders::create', payload: { item: 'tea' } }
console.log(await friend.trigger({ ...order, timeoutMs: 2_000 }))
console.log(await stranger.trigger(order).catch((error: unknown) => (error as InvocationError).code))
console.log(log.join(', '))
await Promise.all([shop.shutdown(), friend.shutdown(), stranger.shutdown()])
