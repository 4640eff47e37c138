/**
 * The local engine: puts the parts together, opens the doors, and closes everything it opened. Knows the order in which
 * things start and stop, and nothing of what they do.
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
import { memoryDial } from './links/memory-door.js'
import { NO_QUIRKS } from './quirks.js'
import { Registrations } from './registry/registrations.js'
import type { SessionParts } from './links/session-parts.js'
import { statsOf } from './stats-of.js'

/** How long a part may take to stop. */
const STOP_MS = 5000
/** How long clients may take to answer the engine's goodbye. */
const GOODBYE_MS = 500

/** What an engine is started with, beside its configuration. */
export type EngineOptions = Partial<Omit<EnginePorts, 'namespaceGraceMs' | 'emit' | 'log'>> & {
  /** Takes the engine's events, see `EngineEvent`. */
  readonly onEvent?: Emit
  /** Takes the same events as log records. */
  readonly log?: Log
  /** Sees every link before the engine does, and hands on what the engine is to see. For tests. */
  readonly atDoor?: (request: UpgradeRequest, enter: UpgradeHandler) => void
}

/** A running local engine. */
export interface LocalEngine extends AsyncDisposable {
  /** Address of the first listener; `memory://engine` when there is none. */
  readonly url: string
  /** Addresses of all listeners, in the order of the configuration. */
  readonly urls: readonly string[]
  /** Address of the HTTP trigger server, when there is one. */
  readonly httpUrl: string | undefined
  /** Address of the stream server, when there is one. */
  readonly streamUrl: string | undefined
  /** Opens a connection without a port, as if it came through a listener; the first by default. */
  dial(listener?: number): Dial
  /** Calls a function as the engine. */
  invoke(call: HostCall): Promise<unknown>
  /**
   * Sends an HTTP request to the functions that triggers bind to routes, without a port.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for a request that cannot be sent, or when the engine serves no HTTP;
   * `SHUTDOWN` after `close`. @throws {NotConnectedError} `CONNECTION_LOST` when it is cut before the response.
   */
  inject(request: InjectedRequest): Promise<Response>
  /**
   * Fires the trigger of an id, or all of a type, as if their event had happened; resolves with the functions' results.
   * @throws {InvocationError} `NOT_FOUND` when nothing is bound, else the first function's failure.
   */
  fire(typeOrId: string, payload: unknown): Promise<unknown[]>
  /**
   * Announces that the next worker that leaves is followed by another with the same functions: their calls and triggers
   * wait for it, for up to 30 s. Call the function it returns once the successor has registered everything.
   */
  expectSuccessor(): () => void
  /** The engine's counters. */
  stats(): EngineStats
  /** Stops serving and closes everything. May be called again. */
  close(): Promise<void>
}

/**
 * Starts an engine.
 * @throws {RuntimeError} `PORT_IN_USE` when a port is taken. Nothing stays open then.
 */
export async function startEngine(config: EngineConfig, options: EngineOptions = {}): Promise<LocalEngine> {
  const events = new EngineEvents()
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
  })
  const builtins: Builtin[] = []
  const host = createHost(parts, createHostChannels(parts.channels))
  const startedAtMs = parts.clock.epochMs()
  builtins.push(createCoreBuiltin(host, parts, { list: () => builtins, startedAtMs }))
  for (const { make } of config.builtins) builtins.push(make(host))
  const engine = new RunningEngine(parts, builtins, { host, atDoor: options.atDoor })
  try {
    await engine.open(config.listeners)
  } catch (error) {
    await engine.close()
    throw error
  }
  return engine
}

/** What stands between an engine and the world. */
interface Outside {
  readonly host: EngineHost
  readonly atDoor: EngineOptions['atDoor']
}

function valueOf(result: unknown): unknown {
  return result instanceof JsonText ? (JSON.parse(result.text) as unknown) : result
}

class RunningEngine implements LocalEngine {
  readonly #parts: EngineParts
  readonly #builtins: readonly Builtin[]
  readonly #started: Builtin[] = []
  readonly #doors: UpgradeHandler[] = []
  readonly #listeners: Listener[] = []
  readonly #urls: string[] = []
  readonly #outside: Outside
  #closing: Promise<void> | undefined

  constructor(parts: EngineParts, builtins: readonly Builtin[], outside: Outside) {
    this.#parts = parts
    this.#builtins = builtins
    this.#outside = outside
    for (const builtin of builtins) enterBuiltin(parts, builtin)
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
    const door = this.#doors[listener]
    if (door === undefined) throw new RangeError(`The engine has no listener ${String(listener)}`)
    return memoryDial(door)
  }

  invoke(call: HostCall): Promise<unknown> {
    // Whoever runs the engine in its own process gets values of any size, as from any call.
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
    const sessionParts = this.#sessionParts(listeners)
    for (const builtin of this.#builtins) {
      this.#started.push(builtin)
      await builtin.start()
    }
    if (listeners.length === 0) this.#doors.push(this.#whileOpen(upgradeHandler(sessionParts, {})))
    for (const config of listeners) {
      const door = this.#whileOpen(upgradeHandler(sessionParts, config))
      this.#doors.push(door)
      if (!this.#parts.opensPorts) continue
      const { quirks, largeMessages } = this.#parts
      const delaysWrites = quirks.delayedWrites === true
      const screen = screenOf(config, this.#outside.host)
      const listener = await listen({ ...config, delaysWrites, largeMessages, screen }, door)
      this.#listeners.push(listener)
      this.#urls.push(`ws://${reachableHost(config.host)}:${String(listener.port)}`)
    }
  }

  #whileOpen(door: UpgradeHandler): UpgradeHandler {
    const { atDoor } = this.#outside
    return (request) => {
      if (this.#closing === undefined) {
        if (atDoor === undefined) door(request)
        else atDoor(request, door)
      } else request.refuse(503, 'The engine stops')
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
    for (const builtin of this.#started.reverse()) await this.#stop(builtin)
    for (const member of [...sessions.all()]) member.close()
    channels.close()
    await links.close(clock, GOODBYE_MS)
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
