/**
 * The one interface between the engine and what it serves itself. A built-in brings functions and trigger types and
 * reaches the engine through `EngineHost` only; adding one touches its own folder and the list in `builtins/index.ts`.
 */
import type { Clock } from '../../std/time/clock.js'
import type { Log } from '../../std/log.js'
import type { Random } from '../../std/random.js'
import type { TickLane } from '../../std/time/tick-lane.js'
import type { LargeMessages } from '../../wire/transport/large-messages.js'
import type { Access } from '../access/access.js'
import type { InjectedRequest } from './http/request/inject.js'
import type { ChannelRef } from '../channels/channels.js'
import type { Counters } from '../counters.js'
import type { Emit } from '../engine-events.js'
import type { EngineStats } from '../engine-stats.js'
import type { Instruments } from '../instruments.js'
import type { EngineQuirks } from '../quirks.js'

/** What a built-in may use of the engine. */
export interface EngineHost {
  readonly clock: Clock
  /** Runs expensive work, one piece in each event-loop tick. */
  readonly lane: TickLane
  /** Limits the memory of large messages of all clients. */
  readonly largeMessages: LargeMessages
  readonly random: Random
  /** Reports what happens; `log` writes to it as well. */
  readonly emit: Emit
  readonly log: Log
  /** Whether a built-in may listen on ports. Without, it serves what needs none. */
  readonly opensPorts: boolean
  /** Whether a damaged store is opened with what can be read of it, instead of refused. */
  readonly repairsStores: boolean
  /**
   * Calls a function as the engine itself: no caller id is added to the payload.
   * @returns the function's result; `undefined` when it gave none.
   * @throws {InvocationError} with the callee's or the engine's code.
   */
  invoke(call: HostCall): Promise<unknown>
  /** Whether a function exists right now. */
  hasFunction(functionId: string, namespace: string): boolean
  /**
   * Notifies the worker of a trigger that another one has taken its place.
   * @param what what the two share, as the subject of a sentence.
   */
  replaced(lost: Binding, by: Binding, what: string): void
  /** What its worker registered a function with, beside its schemas. */
  metadataOf(functionId: string, namespace: string): unknown
  readonly channels: HostChannels
  /** What the engine shows of its work; a built-in that measures it puts itself in here. */
  readonly instruments: Instruments
  /** Where a built-in counts what its caps refuse and drop. */
  readonly counters: Counters
  /** Flaws of the distributed engine to show. */
  readonly quirks: EngineQuirks
}

/** A call the engine makes on its own. */
export interface HostCall {
  /** The function to call. */
  readonly functionId: string
  /** The payload: any JSON value. */
  readonly data: unknown
  /** Default: `default`. */
  readonly namespace?: string | undefined
  /** Free JSON handed to the handler beside the payload. */
  readonly metadata?: unknown
  /** W3C trace parent of the call. */
  readonly traceparent?: string | undefined
  /** W3C baggage of the call. */
  readonly baggage?: string | undefined
  /** Whether a large result stays text, as `JsonText`; else it is parsed, and fails the call if that costs too much. */
  readonly keepsText?: boolean
  /** The guarded session that the call is made for: it is refused where that session could not make it itself. */
  readonly access?: Access | undefined
  /** Gives up waiting; the callee runs on, its answer is dropped. */
  readonly signal?: AbortSignal | undefined
}

/** One item of a channel. */
export type ChannelItem = string | Uint8Array

/** Channels whose one end the engine itself holds. */
export interface HostChannels {
  /** A channel the engine writes into and a worker reads. */
  createOutgoing(bufferSize?: number): {
    readonly reader: ChannelRef
    /** Resolves when there is room for the next item; rejects once the reader is gone. */
    write(item: ChannelItem): Promise<void>
    /** Ends the channel after what was written. */
    end(): void
    /** Drops the channel and whatever is in it. */
    destroy(): void
  }
  /** A channel a worker writes into and the engine reads. */
  createIncoming(bufferSize?: number): {
    readonly writer: ChannelRef
    /** Items in order; ends when the writer closes. Reading slowly holds the writer back. */
    readonly items: AsyncIterable<ChannelItem>
    /** Drops the channel; the writer's socket is closed. */
    destroy(): void
  }
}

/** What is known of whoever calls a built-in function. */
export interface CallContext {
  /** The worker that called; `undefined` for calls the engine makes. */
  readonly callerWorkerId: string | undefined
  /** What a guarded listener allows the caller; `undefined` for callers without limits. */
  readonly access: Access | undefined
  readonly metadata: unknown
  readonly traceparent: string | undefined
  readonly baggage: string | undefined
}

/** A function served by the engine, in the default namespace. */
export interface BuiltinFunction {
  readonly id: string
  readonly description: string
  readonly requestSchema?: object
  readonly responseSchema?: object
  /**
   * Handles one call. `undefined` answers without a result, `null` with an explicit null.
   * @throws an `InvocationError` to answer with its code; anything else becomes `invocation_failed`.
   */
  readonly call: (input: unknown, context: CallContext) => unknown
}

/** A trigger bound to a built-in type. */
export interface Binding {
  readonly id: string
  readonly triggerType: string
  readonly functionId: string
  /** Where `functionId` is looked up. */
  readonly namespace: string
  readonly config: unknown
  readonly metadata: unknown
  /** What the guarded session that asked for the trigger may do; checked again whenever the trigger fires. */
  readonly access?: Access | undefined
}

/** A trigger type provided by the engine. */
export interface BuiltinTriggerType {
  readonly id: string
  readonly description: string
  /** JSON Schema of a binding's `config`. */
  readonly configurationSchema?: object
  /** JSON Schema of the payload that bound functions receive. */
  readonly requestSchema?: object
  /** Takes a binding on. Throwing refuses it: the worker hears `trigger_registration_failed` with the message. */
  readonly bind: (binding: Binding) => void | Promise<void>
  readonly unbind: (binding: Binding) => void
}

/** Calls a function on another server. */
export type ExternalCall = (data: unknown) => Promise<unknown>

/** A part of the engine that serves functions and trigger types. */
export interface Builtin {
  /** The name it has in a configuration file, such as `iii-http`. */
  readonly name: string
  readonly functions: readonly BuiltinFunction[]
  readonly triggerTypes: readonly BuiltinTriggerType[]
  /** Where it can be reached once started, when it listens on a port of its own. */
  readonly url?: string | undefined
  /** Takes a binary frame of telemetry that a worker sent; `undefined` for one that came over the telemetry path. */
  readonly takeTelemetry?: (frame: Uint8Array, workerId: string | undefined) => void
  /** Functions that its configuration names: what it asks before it serves others. No guarded session may register them. */
  readonly namedFunctions?: readonly string[]
  /** What waits in it right now. Each number is told by one built-in only. */
  readonly waiting?: () => Partial<EngineStats['waiting']>
  /** What it has dropped and counts by itself, in the same way. */
  readonly dropped?: () => Partial<EngineStats['dropped']>
  /** What a connected worker last told of its process, as lists of workers show it. */
  readonly metricsOf?: (workerId: string) => Readonly<Record<string, unknown>> | undefined
  /**
   * Serves a function that lives on another server, as its registration describes it. `isGuarded` says whether its
   * worker came through a guarded listener.
   * @throws an `InvocationError` when it must not or cannot be served; the registration is then dropped.
   */
  readonly serveExternal?: (
    functionId: string,
    invocation: Readonly<Record<string, unknown>>,
    isGuarded: boolean,
  ) => ExternalCall
  /** Serves an HTTP request without a port. */
  readonly inject?: (request: InjectedRequest) => Promise<Response>
  /** Opens what it needs (ports, stores). Functions and types are registered before. */
  start(): Promise<void>
  /** Closes everything; nothing of it keeps the process alive afterwards. */
  stop(): Promise<void>
}
