/**
 * What the parts of one worker are given of each other: each function makes the ports of one part. Holds no state;
 * everything is asked for when it is needed, so the order in which parts are made does not matter here.
 */
import type { ChannelHost } from '../channel/create.js'
import { droppedText } from '../channel/ports.js'
import { ErrorCode, RemoteError, type ErrorBody } from '../../errors.js'
import { workerCodec } from '../../wire/protocol/codec.js'
import type { EngineMessage, MessageNamed } from '../../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { AdmissionPorts } from './invocations/admission.js'
import type { BarrierPorts } from './lifecycle/barrier.js'
import type { Caller } from './calls/call.js'
import type { ConflictPorts } from './lifecycle/conflicts.js'
import type { Server } from './invocations/invoke.js'
import { isEndedProcessOfThisHost } from './identity.js'
import type { HttpAnswering } from './invocations/http-answer.js'
import type { NameHolderPorts } from './lifecycle/name-holder.js'
import type { Parts } from './parts.js'
import type { ResultPorts } from './invocations/results.js'
import type { TopicRepairPorts } from './triggers/topic-repair.js'
import type { ProviderPorts } from './triggers/trigger-types.js'
import type { UrlFunctionsPorts } from './functions/url-functions.js'
import type { WorkerNewsPorts } from './discovery/worker-news.js'

export function admissionPorts(parts: Parts): AdmissionPorts {
  return {
    clock: parts.ports.clock,
    served: parts.served,
    originOf: (invocationId) => parts.calls.originOf(invocationId),
  }
}

export function barrierPorts(parts: Parts): BarrierPorts {
  return {
    send: (frame) => parts.connection.sendIfOpen(frame),
    announce: () => parts.trigger({ function_id: 'engine::workers::register', payload: parts.introduction.metadata }),
  }
}

export function answeringPorts({ report, ports, options }: Parts): HttpAnswering {
  return { report, random: ports.random, exposeErrors: options.exposeErrors }
}

export function callerPorts(parts: Parts): Caller {
  return {
    connection: parts.connection,
    calls: parts.calls,
    namespace: parts.options.namespace,
    timeoutMs: parts.options.invocationTimeoutMs,
    tracing: () => parts.telemetry.tracing,
    counters: parts.counters,
    onVoidWritten: () => {
      parts.unconfirmedVoids.note()
    },
    onVoidDropped: (reason) => {
      parts.counters.droppedVoids += 1
      parts.report({ kind: 'frame_dropped', reason })
    },
  }
}

export function serverPorts(parts: Parts): Server {
  return {
    functions: parts.functions,
    served: parts.served,
    admission: parts.admission,
    counters: parts.counters,
    clock: parts.ports.clock,
    report: parts.report,
    watch: parts.watch,
    trigger: parts.trigger,
    tracing: () => parts.telemetry.tracing,
    logger: (functionId) => parts.telemetry.handlerLogger(functionId),
    link: () => parts.link,
    draining: () => parts.isDraining,
    reply: (frame, link, onExpired) => parts.results.send(frame, link, onExpired),
    repeats: parts.repeats,
    replyPastQueue: (frame) => {
      parts.connection.sendIfOpen(frame)
    },
  }
}

export function resultPorts(parts: Parts): ResultPorts {
  const { connection } = parts
  return {
    clock: parts.ports.clock,
    link: () => ({ number: parts.link, state: parts.isConnected ? 'open' : connection.isOver ? 'over' : 'down' }),
    post: (frame, letter) => connection.post(frame, letter),
    withdraw: (letter) => connection.withdraw(letter),
    onWritten: () => {
      parts.unconfirmedResults.note()
    },
    onDropped: (reason) => {
      parts.report({ kind: 'frame_dropped', reason })
    },
  }
}

export function providerPorts(parts: Parts, onError: (error: unknown) => void): ProviderPorts {
  return {
    send: (frame) => {
      parts.connection.sendIfOpen(frame)
    },
    link: () => parts.link,
    answer: (binding, link, error) => {
      if (link === parts.link) parts.connection.sendIfOpen(bindingAnswer(binding, error))
    },
    onError,
  }
}

function bindingAnswer(binding: MessageNamed<EngineMessage, 'registertrigger'>, error?: ErrorBody): string {
  const { id, trigger_type, function_id } = binding
  return workerCodec.encode({ type: 'triggerregistrationresult', id, trigger_type, function_id, error })
}

export function newsPorts(parts: Parts, onListenerError: (error: unknown) => void): WorkerNewsPorts {
  const { functions, triggers, ports } = parts
  return { functions, triggers, uuid: () => ports.random.uuid(), onListenerError }
}

export function urlFunctionPorts(parts: Parts): UrlFunctionsPorts {
  const { functions, trigger, report, options } = parts
  return {
    functions,
    trigger,
    namespace: options.namespace,
    report,
    isConnected: () => parts.isConnected,
    confirmed: () => parts.barrier.pass(),
  }
}

export function topicPorts(parts: Parts): TopicRepairPorts {
  const { ports, triggers, news } = parts
  return {
    clock: ports.clock,
    random: ports.random,
    triggers,
    news,
    announce: () => {
      parts.connection.sendIfOpen(parts.introduction.frame)
    },
  }
}

export function conflictPorts(parts: Parts): ConflictPorts {
  const { ports, functions, triggers, news, report, introduction } = parts
  return {
    clock: ports.clock,
    random: ports.random,
    functions,
    triggers,
    news,
    report,
    isConnected: () => parts.isConnected,
    confirmed: () => parts.barrier.pass(),
    giveUpName: () => {
      // Without the name the next link is not refused, and functions that are held may become free any moment.
      if (introduction.isNamed) parts.connection.expectEnd()
      introduction.isNamed = false
    },
    claimName: async () => {
      introduction.isNamed = await claimName(parts)
      return introduction.isNamed
    },
  }
}

export function nameHolderPorts(parts: Parts): NameHolderPorts {
  return {
    ...parts.ports,
    url: parts.options.url,
    headers: () => parts.currentHeaders,
    report: parts.report,
    hasEnded: isEndedProcessOfThisHost,
    retire: (session) => {
      parts.greeting = session
    },
    reject: (error) => {
      if (!parts.connection.isOver) parts.reject(error)
    },
  }
}

/** Asking for a name that is held would end the link, so it is looked up first. */
async function claimName({ options, trigger, introduction }: Parts): Promise<boolean> {
  const { metadata, namespace = DEFAULT_NAMESPACE } = options
  const payload = { name: metadata.name, namespace }
  try {
    await trigger({ function_id: EngineFunctions.INFO_WORKERS, payload })
    return false
  } catch (error) {
    if (!(error instanceof RemoteError && error.code === ErrorCode.NOT_FOUND)) return false
  }
  introduction.isNamed = true
  const answer: unknown = await trigger({ function_id: EngineFunctions.REGISTER_WORKER, payload: metadata }).catch(
    () => undefined, // Refused after all, and the link has ended by that; or it ended by itself.
  )
  return isRecord(answer) && answer['success'] === true
}

export function channelPorts(parts: Parts, onCallbackError: (error: unknown) => void): ChannelHost {
  const { dial, clock } = parts.ports
  const onUnheardError = (error: unknown): void => {
    parts.report({ kind: 'channel_failed', error })
  }
  return {
    address: parts.options.url,
    ports: {
      dial,
      clock,
      headers: () => parts.currentHeaders,
      onCallbackError,
      onUnheardError,
      releasesBursts: () => parts.options.workarounds.releaseBursts,
      onTextDropped: (text) => {
        parts.counters.droppedChannelMessages += 1
        parts.report({ kind: 'frame_dropped', reason: droppedText(text) })
      },
      onStalled: (channel) => {
        parts.report({ kind: 'channel_stalled', ...channel })
      },
      ends: parts.channelEnds,
    },
    call: (function_id, payload) => parts.trigger({ function_id, payload }),
  }
}
