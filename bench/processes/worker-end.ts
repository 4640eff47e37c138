/** An end from a worker of either package: both have the same calls, so that the same code measures them. */
import { echo, type BytesChannel, type End } from './side.js'

/** The common interface of workers of both packages. */
interface AnyWorker {
  registerFunction(functionId: string, handler: (data: unknown) => Promise<unknown>): unknown
  trigger(request: { function_id: string; payload: unknown; timeoutMs?: number }): Promise<unknown>
}

/** For a worker without workarounds for deviations of an engine. */
export const NO_WORKAROUNDS = { repeatAnswers: false, restoreTopics: false, releaseBursts: false }

export function workerEnd<W extends AnyWorker>(worker: W, createChannel: (worker: W) => Promise<BytesChannel>): End {
  return {
    serve: (id, handler = echo) => void worker.registerFunction(id, handler),
    call: (functionId, data, timeoutMs) =>
      worker.trigger(
        timeoutMs === undefined
          ? { function_id: functionId, payload: data }
          : { function_id: functionId, payload: data, timeoutMs },
      ),
    createChannel: () => createChannel(worker),
  }
}
