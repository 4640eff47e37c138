/**
 * The local engine: assembles the parts, opens the listeners, and closes everything it opened. Knows the order of start
 * and stop, but not the work of the parts.
 */
import { ErrorCode, RuntimeError } from '../errors.js'
import { JsonText } from '../wire/protocol/json-text.js'
import { systemClock } from '../std/time/clock.js'
import { deferred } from '../std/async/deferred.js'
import type { Log } from '../std/log.js'
import { systemRandom } from '../std/random.js'
import type { Dial } from '../wire/transport/transport.js'
import { listen, type Listener, type UpgradeRequest } from '../wire/transport/ws-accept.js'
import type { Builtin, EngineHost, HostCall } from './builtins/builtin.js'
import type { InjectedRequest } from './builtins/http/request/inject.js'
import { createCoreBuiltin } from './builtins/engine/core.js'
import { upgradeHandler, type UpgradeHandler } from './links/upgrades.js'
import type { EngineConfig } from './config/engine-config.js'
import { EngineEvents, writeTo, type Emit } from './engine-events.js'
import { fireTriggers } from './triggers/fire-triggers.js'
import { createHost, enterBuiltin } from './engine-host.js'
import { createHostChannels } from './channels/host-channels.js'
import { screenOf } from './access/origins.js'
import { functionsAskedBy, type ListenerConfig, reachableHost } from './config/listener-config.js'
import { createParts, type EngineParts, type EnginePorts } from './engine-parts.js'
import type { EngineStats } from './engine-stats.js'
import { GuardedCalls } from './access/guarded-calls.js'
import { defaultLimits } from './limits.js'
import { memoryDial } from './links/memory-dial.js'
import { NO_QUIRKS } from './quirks.js'
import { Registrations } from './registry/registrations.js'
import type { SessionParts } from './links/session-parts.js'
import { statsOf } from './stats-of.js'

/** Time limit for a part to stop. */
const STOP_MS = 5000
/** Time limit for clients to answer the close frame of the engine. */
const CLOSE_WAIT_MS = 500

/** Options of an engine beside its configuration. */
export type EngineOptions = Partial<Omit<EnginePorts, 'namespaceGraceMs' | 'emit' | 'log'>> & {
  /** Receives the events of the engine, see `EngineEvent`. */
  readonly onEvent?: Emit
  /** Receives the same events as log records. */
  readonly log?: Log
  /** Wraps every connection before the engine uses it. For tests. */
  readonly onUpgrade?: (request: UpgradeRequest, enter: UpgradeHandler) => void
}

/** An engine that `startEngine` started. */
export interface StartedEngine extends AsyncDisposable {
  /** Address of the first listener; `memory://engine` if there is none. */
  readonly url: string
  /** Addresses of all listeners, in the order of the configuration. */
  readonly urls: readonly string[]
  /** Address of the HTTP trigger server, if there is one. */
  readonly httpUrl: string | undefined
  /** Address of the stream server, if there is one. */
  readonly streamUrl: string | undefined
  /**
   * Sends an HTTP request to the functions that triggers bind to routes, without a port.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid request, or if the engine serves no HTTP; `SHUTDOWN` after
   * `close`. @throws {NotConnectedError} `CONNECTION_LOST` if the connection is cut before the response.
   */
  inject(request: InjectedRequest): Promise<Response>
  /** The engine's counters. */
  stats(): EngineStats
  /** Stops serving and closes everything. May be called again. */
  close(): Promise<void>
}

/** A running local engine as the rest of this package uses it. */
export interface LocalEngine extends StartedEngine {
  /** Opens a connection without a port, as if through a listener; the first by default. */
  dial(listener?: number): Dial
  /** Calls a function on behalf of the engine. */
  invoke(call: HostCall): Promise<unknown>
  /**
   * Fires the trigger with an id, or all of a type, as if their event had happened. Resolves with the results of the
   * functions.
   * @throws {InvocationError} `NOT_FOUND` if nothing is bound, otherwise the error of the first function that failed.
   */
  fire(typeOrId: string, payload: unknown): Promise<unknown[]>
  /**
   * Lists content that no function lists, see `Builtin.inspections`; also `channels`.
   * @returns `undefined` if this engine has no such inspection.
   */
  inspect(name: string, input: Readonly<Record<string, unknown>>): unknown
  /**
   * Announces that the next worker that disconnects is replaced by one with the same functions: their calls and
   * triggers are held for up to 30 s. Call the returned function once the new worker has registered everything.
   */
  expectSuccessor(): () => void
}

/**
 * Starts an engine.
 * @throws {RuntimeError} `PORT_IN_USE` when a port is in use, `INVALID_CONFIG` when two built-ins serve a function.
 * Everything is closed then.
 */
export async function startEngine(config: EngineConfig, options: EngineOptions = {}): Promise<LocalEngine> {
  const events = new EngineEvents(options.clock ?? systemClock)
  if (options.onEvent !== undefined) events.on(options.onEvent)
  if (options.log !== undefined) events.on(writeTo(options.log))
  const parts = createParts({
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    emit: events.emit,
    log: events.log,
    limits: options.limits ?? defaultLimits,
    namespaceGraceMs: config.namespaceGraceMs,
    opensPorts: options.opensPorts ?? true,
    repairsStores: options.repairsStores ?? false,
    quirks: options.quirks ?? NO_QUIRKS,
    connectEngine: options.connectEngine,
  })
  events.on((event) => parts.instruments.watchEvents?.(event))
  const builtins: Builtin[] = []
  const host = createHost(parts, createHostChannels(parts.channels))
  const startedAtMs = parts.clock.epochMs()
  builtins.push(createCoreBuiltin(host, parts, { list: () => builtins, startedAtMs }))
  const engine = new RunningEngine(parts, builtins, { host, onUpgrade: options.onUpgrade })
  try {
    for (const { make } of config.builtins) builtins.push(make(host))
    await engine.open(config.listeners)
  } catch (error) {
    await engine.close()
    throw error
  }
  return engine
}

/** The listeners, sockets and built-ins of an engine. */
interface Outside {
  readonly host: EngineHost
  readonly onUpgrade: EngineOptions['onUpgrade']
}

function valueOf(result: unknown): unknown {
  return result instanceof JsonText ? (JSON.parse(result.text) as unknown) : result
}

class RunningEngine implements LocalEngine {
  readonly #parts: EngineParts
  readonly #builtins: readonly Builtin[]
  readonly #handlers: UpgradeHandler[] = []
  readonly #listeners: Listener[] = []
  readonly #urls: string[] = []
  readonly #outside: Outside
  #closing: Promise<void> | undefined

  constructor(parts: EngineParts, builtins: readonly Builtin[], outside: Outside) {
    this.#parts = parts
    this.#builtins = builtins
    this.#outside = outside
  }

  get url(): string {
    return this.#urls[0] ?? 'memory://engine'
  }

  get urls(): readonly string[] {
    return this.#urls
  }

  get httpUrl(): string | undefined {
    return this.#builtins.find(({ name }) => name === 'iii-http')?.url
  }

  get streamUrl(): string | undefined {
    return this.#builtins.find(({ name }) => name === 'iii-stream')?.url
  }

  dial(listener = 0): Dial {
    const handler = this.#handlers[listener]
    if (handler === undefined) throw new RangeError(`The engine has no listener ${String(listener)}`)
    return memoryDial(handler)
  }

  invoke(call: HostCall): Promise<unknown> {
    // A program that runs the engine in its own process receives results of any size.
    return this.#parts.router.invoke({ ...call, keepsText: true }).then(valueOf)
  }

  async inject(request: InjectedRequest): Promise<Response> {
    const http = this.#builtins.find((builtin) => builtin.inject !== undefined)
    if (http?.inject !== undefined) return http.inject(request)
    const message = 'This engine serves no HTTP: `iii-http` is not in its configuration'
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, message)
  }

  fire(typeOrId: string, payload: unknown): Promise<unknown[]> {
    return fireTriggers({ bindings: this.#parts.bindings, host: this.#outside.host }, typeOrId, payload)
  }

  inspect(name: string, input: Readonly<Record<string, unknown>>): unknown {
    if (name === 'channels') return this.#parts.channels.list()
    const { inspections } = this.#builtins.find((builtin) => Object.hasOwn(builtin.inspections ?? {}, name)) ?? {}
    return inspections?.[name]?.(input)
  }

  expectSuccessor(): () => void {
    const { handOver, bindings } = this.#parts
    handOver.expectSuccessor()
    return () => {
      handOver.successorSettled()
      bindings.endKept()
    }
  }

  stats(): EngineStats {
    return statsOf(this.#parts, this.#builtins)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async open(listeners: readonly ListenerConfig[]): Promise<void> {
    for (const builtin of this.#builtins) enterBuiltin(this.#parts, builtin)
    const sessionParts = this.#sessionParts(listeners)
    for (const builtin of this.#builtins) await builtin.start()
    if (listeners.length === 0) this.#handlers.push(this.#whileOpen(upgradeHandler(sessionParts, {})))
    for (const config of listeners) {
      const handler = this.#whileOpen(upgradeHandler(sessionParts, config))
      this.#handlers.push(handler)
      if (!this.#parts.opensPorts) continue
      const { quirks, largeMessages } = this.#parts
      const delaysWrites = quirks.delayedWrites === true
      const screen = screenOf(config, this.#outside.host)
      const listener = await listen({ ...config, delaysWrites, largeMessages, screen }, handler)
      this.#listeners.push(listener)
      this.#urls.push(`ws://${reachableHost(config.host)}:${String(listener.port)}`)
    }
    for (const builtin of this.#builtins) builtin.opened?.(this.url)
  }

  #whileOpen(handler: UpgradeHandler): UpgradeHandler {
    const { onUpgrade } = this.#outside
    return (request) => {
      if (this.#closing === undefined) {
        if (onUpgrade === undefined) handler(request)
        else onUpgrade(request, handler)
      } else request.refuse(503, 'The engine is stopping')
    }
  }

  #sessionParts(listeners: readonly ListenerConfig[]): SessionParts {
    const { serveExternal } = this.#builtins.find((builtin) => builtin.serveExternal !== undefined) ?? {}
    const takers = this.#builtins.flatMap(({ takeTelemetry }) => takeTelemetry ?? [])
    const asked = this.#builtins.flatMap(({ namedFunctions = [] }) => namedFunctions)
    return {
      ...this.#parts,
      namedFunctions: new Set([...listeners.flatMap(functionsAskedBy), ...asked]),
      registrations: new Registrations(this.#parts, serveExternal),
      guardedCalls: new GuardedCalls(this.#parts),
      takeTelemetry: (frame, workerId) => {
        for (const take of takers) take(frame, workerId)
      },
    }
  }

  async #close(): Promise<void> {
    const { sessions, channels, links, clock } = this.#parts
    // Also those that were not started: a bridge connects when it is made.
    for (const builtin of [...this.#builtins].reverse()) await this.#stop(builtin)
    for (const member of [...sessions.all()]) member.close()
    channels.close()
    await links.close(clock, CLOSE_WAIT_MS)
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  async #stop(builtin: Builtin): Promise<void> {
    const { clock, log } = this.#parts
    const late = deferred<void>()
    const timer = clock.after(STOP_MS, () => late.reject(new Error(`not stopped within ${String(STOP_MS)} ms`)))
    try {
      await Promise.race([builtin.stop(), late.promise])
    } catch (error) {
      log.error({ builtin: builtin.name, error }, 'A part of the engine did not stop cleanly')
    } finally {
      timer.cancel()
    }
  }
}
