/**
 * Which telemetry the running code belongs to. Inside a handler it is the worker's, carried by the context; outside it
 * is the stand-alone one, else that of the first live worker. A worker without telemetry marks its handlers too, so that
 * nothing they do is put down to another worker.
 */
import type { Context } from '@opentelemetry/api'
import { otelApi } from './otel-modules.js'
import type { Telemetry } from './telemetry.js'

const live = new Set<Telemetry>()
let standAlone: Telemetry | undefined
let key: symbol | undefined

/** `null` stands for telemetry that is off. */
type Owner = Telemetry | null

/** Adds a worker's telemetry to those that code outside handlers may use; the result takes it out again. */
export function enlist(telemetry: Telemetry): () => void {
  live.add(telemetry)
  return () => {
    live.delete(telemetry)
  }
}

export function standAloneTelemetry(): Telemetry | undefined {
  return standAlone
}

export function setStandAlone(telemetry: Telemetry | undefined): void {
  standAlone = telemetry
}

/** Whether there is any telemetry that code could be put down to. */
export function isAnyTelemetryLive(): boolean {
  return live.size > 0 || standAlone !== undefined
}

/** The telemetry of the running code. Costs next to nothing while there is none in the process. */
export function currentTelemetry(): Telemetry | undefined {
  if (!isAnyTelemetryLive()) return undefined
  const owner = ownerOf(otelApi().context.active())
  if (owner !== undefined) return owner ?? undefined
  return standAlone ?? live.values().next().value
}

/** Whether the running code belongs to a worker whose telemetry is off. */
export function isOwnerOff(): boolean {
  return isAnyTelemetryLive() && ownerOf(otelApi().context.active()) === null
}

/** A context whose code belongs to an owner. */
export function withOwner(context: Context, owner: Owner): Context {
  return context.setValue(ownerKey(), owner)
}

function ownerOf(context: Context): Owner | undefined {
  return context.getValue(ownerKey()) as Owner | undefined
}

function ownerKey(): symbol {
  return (key ??= otelApi().createContextKey('iii-node.telemetry'))
}
