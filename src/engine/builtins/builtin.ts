/**
 * The interface between the engine and its built-ins. A built-in provides functions and trigger types and uses the
 * engine through `EngineHost` only. Adding one touches its own folder and the list in `builtins/index.ts`.
 */
import type { Clock } from '../../std/time/clock.js'
import type { Log } from '../../std/log.js'
import type { Random } from '../../std/random.js'
import type { TickLane } from '../../std/time/tick-lane.js'
import type { SharedBytes } from '../../wire/transport/shared-bytes.js'
import type { Access } from '../access/access.js'
import type { ProcessData } from '../registry/worker-identity.js'
import type { InjectedRequest } from './http/request/inject.js'
import type { ChannelRef } from '../channels/channels.js'
import type { ConnectEngine } from './bridge/remote-engine.js'
import type { LiveSettings } from '../config/live-settings.js'
import type { Counters } from '../counters.js'
import type { Emit } from '../engine-events.js'
import type { EngineStats } from '../engine-stats.js'
import type { Instruments } from '../instruments.js'
import type { EngineQuirks } from '../quirks.js'

/** The parts of the engine that a built-in may use. */
export interface EngineHost {
  readonly clock: Clock
  /** Runs expensive work, one piece per event-loop tick. */
  readonly lane: TickLane
  /** Limits the memory of large messages of all clients. */
  readonly largeMessages: SharedBytes
  /** Limits the memory of what waits to be read by all clients. */
  readonly unread: SharedBytes
  readonly random: Random
  /** Receives events; `log` reports through it as well. */
  readonly emit: Emit
  readonly log: Log
  /** Whether a built-in may listen on ports. If false, it serves only what needs no port. */
  readonly opensPorts: boolean
  /** Whether the readable part of a damaged store is opened; otherwise opening it fails. */
  readonly repairsStores: boolean
  /**
   * Calls a function on behalf of the engine: no caller id is added to the payload.
   * @returns the result of the function; `undefined` if it returned none.
   * @throws {InvocationError} with the code of the callee or the engine.
   */
  invoke(call: HostCall): Promise<unknown>
  /** Whether a function is registered at the moment. */
  hasFunction(functionId: string, namespace: string): boolean
  /**
   * Notifies the worker of a trigger that another trigger has replaced it.
   * @param what what both have in common, as the subject of a sentence.
   */
  replaced(lost: Binding, by: Binding, what: string): void
  /** Metadata of a function from its registration. */
  metadataOf(functionId: string, namespace: string): unknown
  readonly channels: HostChannels
  /** Reports calls for metrics and traces; a built-in that measures the engine installs itself here. */
  readonly instruments: Instruments
  /** Counts messages that a built-in refuses or drops because of a limit. */
  readonly counters: Counters
  /** Deviations of the distributed engine to reproduce. */
  readonly quirks: EngineQuirks
  /** Connects to another engine; `undefined` if the program that runs this one cannot. */
  readonly connectEngine: ConnectEngine | undefined
  /** Finds functions that are not registered here; a built-in that serves them installs itself here. */
  readonly elsewhere: Elsewhere
  /** Settings that clients read and change as configurations. Built-ins add theirs when they are created. */
  readonly liveSettings: LiveSettings[]
}

/** Functions beyond this engine. */
export interface Elsewhere {
  /** The function to call for an id that is not registered; `undefined` for none. */
  find?: ((functionId: string, namespace: string) => BuiltinFunction['call']) | undefined
}

/** A call on behalf of the engine. */
export interface HostCall {
  /** The function to call. */
  readonly functionId: string
  /** The payload: any JSON value. */
  readonly data: unknown
  /** Default: `default`. */
  readonly namespace?: string | undefined
  /** Any JSON, passed to the handler as its second argument. */
  readonly metadata?: unknown
  /** W3C trace parent of the call. */
  readonly traceparent?: string | undefined
  /** W3C baggage of the call. */
  readonly baggage?: string | undefined
  /**
   * Whether a large result stays text, as `JsonText`. Otherwise it is parsed, and the call fails if that is too
   * expensive.
   */
  readonly keepsText?: boolean
  /** The guarded session that the call is made for. The call is refused if that session may not make it. */
  readonly access?: Access | undefined
  /** Stops waiting. The callee continues, and its result is dropped. */
  readonly signal?: AbortSignal | undefined
}

/** One item of a channel. */
export type ChannelPayload = string | Uint8Array

/** Channels with one end in the engine. */
export interface HostChannels {
  /** A channel that the engine writes and a worker reads. */
  createOutgoing(bufferSize?: number): {
    readonly reader: ChannelRef
    /** Resolves when there is capacity for the next item. Rejects once the reader has disconnected. */
    write(item: ChannelPayload): Promise<void>
    /** Ends the channel after the items written so far. */
    end(): void
    /** Closes the channel and drops pending items. */
    destroy(): void
  }
  /** A channel that a worker writes and the engine reads. */
  createIncoming(bufferSize?: number): {
    readonly writer: ChannelRef
    /** Items in order; ends when the writer closes. A slow reader slows the writer down. */
    readonly items: AsyncIterable<ChannelPayload>
    /** Closes the channel and the socket of the writer. */
    destroy(): void
  }
}

/** Context of a call of a built-in function. */
export interface CallContext {
  /** The calling worker; `undefined` for calls of the engine. */
  readonly callerWorkerId: string | undefined
  /** The rights of the caller on a guarded listener; `undefined` for callers without limits. */
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
  /** `{ internal: true }` for a function that lists show only on request. */
  readonly metadata?: object
  /**
   * Handles one call. `undefined` answers without a result, `null` with a result of null.
   * @throws an `InvocationError` to answer with its code; any other error becomes `invocation_failed`.
   */
  readonly call: (input: unknown, context: CallContext) => unknown
}

/** A trigger bound to a built-in type. */
export interface Binding {
  readonly id: string
  readonly triggerType: string
  readonly functionId: string
  /** The namespace in which `functionId` is resolved. */
  readonly namespace: string
  readonly config: unknown
  readonly metadata: unknown
  /** The rights of the guarded session that registered the trigger, checked each time the trigger fires. */
  readonly access?: Access | undefined
}

/** A trigger type provided by the engine. */
export interface BuiltinTriggerType {
  readonly id: string
  readonly description: string
  /** The name under which lists show its provider. Default: that of the built-in. */
  readonly owner?: string
  /** JSON Schema of the `config` of a binding. */
  readonly configurationSchema?: object
  /** JSON Schema of the payload that bound functions receive. */
  readonly requestSchema?: object
  /** JSON Schema of the result of bound functions. */
  readonly responseSchema?: object
  /** Adds a binding. If it throws, the worker receives `trigger_registration_failed` with the message. */
  readonly bind: (binding: Binding) => void | Promise<void>
  readonly unbind: (binding: Binding) => void
}

/** Bounded lists by name. An inspection changes nothing. */
export type Inspections = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => unknown>>

/** Calls a function on another server. */
export type ExternalCall = (data: unknown) => Promise<unknown>

/** A part of the engine that serves functions and trigger types. */
export interface Builtin {
  /** Its name in a configuration file, such as `iii-http`. */
  readonly name: string
  /** What it does, for lists of workers. */
  readonly description: string
  readonly functions: readonly BuiltinFunction[]
  readonly triggerTypes: readonly BuiltinTriggerType[]
  /** Its address once started, if it listens on its own port. */
  readonly url?: string | undefined
  /** Handles a binary telemetry frame of a worker; `workerId` is `undefined` on the telemetry path. */
  readonly takeTelemetry?: (frame: Uint8Array, workerId: string | undefined) => void
  /** Functions that its configuration names, such as its auth function. Guarded sessions may not register them. */
  readonly namedFunctions?: readonly string[]
  /** Numbers of waiting items at the moment. Each number is reported by only one built-in. */
  readonly waiting?: () => Partial<EngineStats['waiting']>
  /** What it sent to a collector; `undefined` if it sends nothing. */
  readonly exported?: () => EngineStats['exported'] | undefined
  /** Numbers of dropped items that the built-in counts itself, likewise. */
  readonly dropped?: () => Partial<EngineStats['dropped']>
  /** The latest process data of a connected worker, for lists of workers. */
  readonly metricsOf?: (workerId: string) => ProcessData | undefined
  /**
   * Serves a function that runs on another server, from its registration. `isGuarded` says whether its worker is
   * connected to a guarded listener.
   * @throws an `InvocationError` if it is not allowed or not possible; the registration is then dropped.
   */
  readonly serveExternal?: (
    functionId: string,
    invocation: Readonly<Record<string, unknown>>,
    isGuarded: boolean,
  ) => ExternalCall
  /** Content that no function lists, for tools in the process of the engine, such as the console. */
  readonly inspections?: Inspections
  /** Serves an HTTP request without a port. */
  readonly inject?: (request: InjectedRequest) => Promise<Response>
  /** Called once the listeners of the engine are open, with the address of the first. */
  readonly opened?: (url: string) => void
  /** Opens its ports and stores. Functions and trigger types are registered before. */
  start(): Promise<void>
  /** Closes everything, so that it no longer keeps the process alive. */
  stop(): Promise<void>
}

/** A built-in whose settings may change while it runs. */
export interface LiveBuiltin<T> extends Builtin {
  /**
   * Applies settings. Those that are read at start only are the same as before.
   * @throws {RuntimeError} INVALID_CONFIG; nothing has changed then.
   */
  reconfigure(settings: T): void
}
