/**
 * Finds the telemetry of the running code. Inside a handler it is that of the worker, carried by the context. Outside
 * it is that of `initOtel`, else that of the first live worker. A worker without telemetry marks its handlers too, so
 * that their work is not attributed to another worker. Copies of this package in one process share this state.
 */
import type { Context, Meter, Tracer } from '@opentelemetry/api'
import type { Logger as OtelLogger } from '@opentelemetry/api-logs'
import { processState } from '../../std/process-state.js'
import { otelApi } from './otel-modules.js'
import type { Telemetry } from './telemetry.js'

/** Telemetry and its shutdown. */
interface Running {
  readonly telemetry: Telemetry
  /** Sends pending data and stops. Never rejects. */
  readonly end: () => Promise<void>
}

interface Shared {
  /** Telemetry of workers, in order of start. */
  readonly live: Map<Telemetry, Running>
  /** That of `initOtel`; `null` after it was called with telemetry disabled. */
  standAlone: Running | null | undefined
}

const shared = processState<Shared>('telemetry@1', () => ({ live: new Map(), standAlone: undefined }))

/** `null` if telemetry is disabled. */
type Owner = Telemetry | null

let key: symbol | undefined

/** Adds the telemetry of a worker to those that code outside handlers may use. Returns a function that removes it. */
export function enlist(running: Running): () => void {
  shared.live.set(running.telemetry, running)
  return () => {
    shared.live.delete(running.telemetry)
  }
}

export function standAloneTelemetry(): Running | null | undefined {
  return shared.standAlone
}

export function setStandAlone(running: Running | null | undefined): void {
  shared.standAlone = running
}

/** Ends the telemetry of the process, including that of live workers. Never rejects. */
export async function endAllTelemetry(): Promise<void> {
  const { live, standAlone } = shared
  const running = [...live.values(), ...(standAlone ? [standAlone] : [])]
  shared.standAlone = undefined
  await Promise.all(running.map(({ end }) => end()))
}

/** Whether there is any telemetry in the process. */
export function isAnyTelemetryLive(): boolean {
  return shared.live.size > 0 || Boolean(shared.standAlone)
}

/** The telemetry of the running code. Almost free while the process has none. */
export function currentTelemetry(): Telemetry | undefined {
  if (!isAnyTelemetryLive()) return undefined
  const owner = currentOwner()
  if (owner !== undefined) return owner ?? undefined
  const { live, standAlone } = shared
  if (standAlone === null) return undefined
  return standAlone?.telemetry ?? live.keys().next().value
}

/**
 * The telemetry of the worker inside a handler, `null` if it is disabled or has ended; `undefined` outside handlers.
 */
export function currentOwner(): Owner | undefined {
  const owner = otelApi().context.active().getValue(ownerKey()) as Owner | undefined
  return owner === undefined || owner === null || isLive(owner) ? owner : null
}

/** Whether the telemetry of a worker has not ended. */
export function isLive(telemetry: Telemetry): boolean {
  return shared.live.has(telemetry)
}

/** A context that attributes its code to an owner. */
export function withOwner(context: Context, owner: Owner): Context {
  return context.setValue(ownerKey(), owner)
}

/** OpenTelemetry creates keys with `Symbol.for`, so all copies of this package use the same. */
function ownerKey(): symbol {
  return (key ??= otelApi().createContextKey('iii-node.telemetry'))
}

/** The tracer of the running worker or of `initOtel`; `null` without telemetry. */
export function getTracer(): Tracer | null {
  return currentTelemetry()?.tracer ?? null
}

/** The meter of the running worker or of `initOtel`; `null` without metrics. */
export function getMeter(): Meter | null {
  return currentTelemetry()?.meter ?? null
}

/** The OpenTelemetry logger of the running worker or of `initOtel`; `null` without logs. */
export function getLogger(): OtelLogger | null {
  return currentTelemetry()?.logger ?? null
}
