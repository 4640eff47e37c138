/**
 * Incoming invocations: finds the handler, runs it, answers. Whatever the handler does, one answer goes out, and the
 * caller never waits for a frame that could not be written.
 */
import { isThenable } from '../../../std/async/deferred.js'
import { ErrorCode, InvocationError, type ErrorBody } from '../../../errors.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import type { EngineMessage, MessageNamed } from '../../../wire/protocol/messages.js'
import type { Served, ServedInvocations } from '../../rpc/served.js'
import type { Handling, Tracing } from '../../../wire/protocol/tracing.js'
import type { Clock } from '../../../std/time/clock.js'
import { MAX_WAITING_INVOCATIONS, type Admission } from './admission.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import type { WorkerCounters } from '../diagnostics/stats.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { FunctionHandler, Functions } from '../functions/functions.js'
import type { HandlerWatch } from './handler-watch.js'
import { answeredFailure } from './answered-failure.js'
import type { Interceptors } from '../interceptors.js'
import type { Link } from '../link.js'
import type { Logger } from '../../telemetry/logs/logger.js'
import type { Repeats } from './repeats.js'
import type { Results } from './results.js'
import { HandlerContext } from './invocation-context.js'

export type Invocation = MessageNamed<EngineMessage, 'invokefunction'>

/** The parts of a worker that serving stands on. */
export interface Server {
  readonly link: Link
  readonly functions: Pick<Functions, 'find' | 'has'>
  readonly served: ServedInvocations
  readonly admission: Pick<Admission, 'isLimited' | 'admit' | 'hasLimits'>
  readonly counters: Pick<WorkerCounters, 'oversizedMessages'>
  readonly clock: Clock
  readonly report: Report
  readonly watch: Pick<HandlerWatch, 'tick'>
  readonly trigger: TriggerFunction
  readonly interceptors: Pick<Interceptors, 'serve'>
  readonly telemetry: { readonly tracing: Tracing; handlerLogger(functionId: string): Logger }
  readonly results: Results
  readonly repeats: Pick<Repeats, 'now' | 'note'>
  /** Runs a handler so that the calls it makes are known to be its own. */
  readonly asInvocation: <T>(served: Served, handler: () => T) => T
  /** True once no new work is taken. */
  readonly isDraining: boolean
}

/** Serves one invocation. Never throws and returns nothing to wait for: the answer is a frame. */
export function serve(server: Server, message: Invocation): void {
  const served = server.served.begin(server.link.number, message, server.repeats.now())
  const { handler, gate, abandonAfterMs } = server.functions.find(message.function_id) ?? {}
  if (handler === undefined) {
    finish(server, { message, served }, { error: unservable(server, message.function_id) })
    return
  }
  if (!server.admission.isLimited(gate) && abandonAfterMs === undefined) {
    run(server, { message, served, leave: nothing, handling: undefined }, handler)
    return
  }
  const admitted = server.admission.admit({
    served,
    gate,
    run: (leave) => {
      const running: Running = { message, served, leave, handling: undefined }
      run(server, abandonAfterMs === undefined ? running : withLimit(server, running, abandonAfterMs), handler)
    },
    refuse: () => {
      finish(server, { message, served }, { error: deadlock(message.function_id) })
    },
  })
  if (!admitted) finish(server, { message, served }, { error: BUSY })
}

/** Answers an invocation whose frame could not be handled. */
export function refuse(server: Server, message: Invocation, reason: unknown): void {
  finish(
    server,
    { message, served: server.served.begin(server.link.number, message, server.repeats.now()) },
    { error: toErrorBody(reason) },
  )
}

const nothing = (): void => undefined

/** Answers for a handler that takes too long, and gives its place up. Whatever it returns later is dropped. */
function withLimit(server: Server, running: Running, limitMs: number): Running {
  const { message, served } = running
  const { function_id: functionId, invocation_id: invocationId } = message
  const timer = server.clock.after(
    limitMs,
    () => {
      const text = `The handler of '${functionId}' ran past its limit of ${String(limitMs)} ms (\`abandonAfterMs\`) and was abandoned; it may still be running`
      const error = new InvocationError({
        code: ErrorCode.HANDLER_TIMEOUT,
        message: text,
        function_id: functionId,
        invocationId,
      })
      fail(server, limited, error)
      served.abort(error)
      server.report({ kind: 'handler_abandoned', functionId, invocationId, runningMs: limitMs })
    },
    'background',
  )
  const limited: Running = {
    ...running,
    leave: () => {
      timer.cancel()
      running.leave?.()
    },
  }
  return limited
}

function deadlock(functionId: string): ErrorBody {
  const message = `The call to '${functionId}' did not run: every slot of \`maxConcurrentInvocations\` is held by an invocation that waits for a call queued behind it. Raise the limit, or do not await a function from its own handlers`
  return { code: ErrorCode.CONCURRENCY_DEADLOCK, message }
}

const BUSY: ErrorBody = {
  code: ErrorCode.WORKER_BUSY,
  message: `The call did not run: ${/* @__PURE__ */ String(MAX_WAITING_INVOCATIONS)} calls already wait for this worker`,
}

function run(server: Server, admitted: Running, handler: FunctionHandler): void {
  const { message, served } = admitted
  served.startedTick = server.watch.tick()
  const { function_id: functionId, data: input, traceparent, baggage } = message
  const handle = (): unknown => {
    const context = new HandlerContext(message, served, server)
    const result = server.interceptors.serve({ payload: input, context }, (payload) =>
      handler(payload, context.metadata, context),
    )
    // A thenable may do its work only when asked for its value: that has to happen in here, too.
    return isThenable(result) ? Promise.resolve(result) : result
  }
  const work = server.admission.hasLimits ? (): unknown => server.asInvocation(served, handle) : handle
  try {
    const handling = server.telemetry.tracing.begin({ functionId, input, traceparent, baggage })
    // Abandoning a handler fails its trace, too.
    admitted.handling = handling
    const result = handling === undefined ? work() : handling.run(work)
    if (result instanceof Promise) settleLater(server, admitted, result)
    else finish(server, admitted, { result })
  } catch (thrown) {
    fail(server, admitted, thrown)
  }
}

function settleLater(server: Server, running: Running, result: Promise<unknown>): void {
  result.then(
    (value) => {
      finish(server, running, { result: value })
    },
    (thrown: unknown) => {
      fail(server, running, thrown)
    },
  )
}

function unservable(server: Server, functionId: string): ErrorBody {
  if (server.functions.has(functionId)) {
    const message = `Function '${functionId}' is served over HTTP and cannot be invoked on this worker`
    return { code: ErrorCode.function_not_invokable, message }
  }
  if (server.isDraining) {
    return { code: ErrorCode.WORKER_BUSY, message: 'The worker is shutting down; the call did not run' }
  }
  return { code: ErrorCode.function_not_found, message: 'Function not found' }
}

interface Running {
  readonly message: Invocation
  readonly served: Served
  /** Makes room for the next invocation; absent for one that was not let in. */
  readonly leave?: (() => void) | undefined
  /** The trace of the handler; absent when there is none. */
  handling?: Handling | undefined
}

export type HandlerOutcome = { readonly result: unknown } | { readonly error: ErrorBody }

function finish(server: Server, running: Running, answer: HandlerOutcome): void {
  if (reply(server, running, answer) && 'result' in answer) running.handling?.succeeded(answer.result)
}

function fail(server: Server, running: Running, thrown: unknown): void {
  const answered = answeredFailure(thrown)
  if (answered !== undefined) {
    if (reply(server, running, { result: answered.answer })) running.handling?.failed(answered.thrown)
    return
  }
  if (reply(server, running, { error: toErrorBody(thrown) })) running.handling?.failed(thrown)
}

/** A promise of the handler's own making may settle more than once; the first time counts. */
function reply(server: Server, { message, served, leave }: Running, answer: HandlerOutcome): boolean {
  if (!server.served.finish(served)) return false
  const replyShortly = (): void => {
    // Past everything that waits for room. A call that was not let in has a short answer, which must not say that it ran.
    server.link.send(answerFrame(server, message, leave === undefined ? answer : { error: NO_ROOM }))
  }
  const frame = answerFrame(server, message, answer)
  if (!server.results.send(frame, served.link, replyShortly)) replyShortly()
  else if (served.link === server.link.number) server.repeats.note(frame, served.beganAt)
  leave?.()
  return true
}

/** The only answer that always has room: without it the caller would wait for its time limit. */
export const NO_ROOM: ErrorBody = {
  code: ErrorCode.RESULT_DROPPED,
  message: 'The handler ran, but its result was dropped: the engine does not read',
}

/** An id longer than this is not repeated in full where the answer itself has to fit. */
const MAX_ECHOED_CHARACTERS = 1_000

function answerFrame({ counters }: Server, message: Invocation, answer: HandlerOutcome): string {
  const { invocation_id, function_id } = message
  try {
    // Each shape written out: in Node 20 a spread that is added to takes 1.5 µs, such a literal 0.02.
    if ('error' in answer) {
      return workerCodec.encode({ type: 'invocationresult', invocation_id, function_id, error: answer.error })
    }
    return workerCodec.encode({ type: 'invocationresult', invocation_id, function_id, result: answer.result })
  } catch (cause) {
    // The result cannot be serialised, or is too large: the caller receives this error instead of no answer.
    const { code, message: text } = toErrorBody(cause)
    if (code === ErrorCode.MESSAGE_TOO_LARGE) counters.oversizedMessages += 1
    const echoed = function_id.slice(0, MAX_ECHOED_CHARACTERS)
    const error = { code, message: text }
    return workerCodec.encode({ type: 'invocationresult', invocation_id, function_id: echoed, error })
  }
}
