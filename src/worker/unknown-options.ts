/**
 * Options that nothing reads: reported with the nearest known name, since a typing error would otherwise pass for a
 * default. Not refused, so that a program written for another version of the package still runs.
 */
import { RECONNECTION_KEYS } from '../connection/reconnection.js'
import { isRecord } from '../protocol/validate.js'
import { nearestName } from '../std/nearest-name.js'
import { OTEL_KEYS } from '../telemetry/otel-config.js'
import type { SchemaOptions } from './function-schemas.js'
import type { RegisterFunctionInput } from './functions.js'
import type { InitOptions } from './options.js'
import type { RegisterTriggerInput } from './triggers.js'

/** Every key once: the compiler misses none. */
const keysOf = <T>(keys: Readonly<Record<keyof Required<T>, true>>): readonly string[] => Object.keys(keys)

const WORKER = keysOf<InitOptions>({
  workerName: true,
  namespace: true,
  workerDescription: true,
  invocationTimeoutMs: true,
  maxConcurrentInvocations: true,
  warnAfterMs: true,
  reconnectionConfig: true,
  headers: true,
  otel: true,
  enableMetricsReporting: true,
  telemetry: true,
  metadata: true,
  autoConnect: true,
  diagnostics: true,
  onConflict: true,
  exposeErrors: true,
  workarounds: true,
})

const FUNCTION = keysOf<RegisterFunctionInput & SchemaOptions & { message_type: unknown }>({
  id: true,
  description: true,
  request_format: true,
  response_format: true,
  metadata: true,
  invocation: true,
  maxConcurrentInvocations: true,
  abandonAfterMs: true,
  input: true,
  output: true,
  validate: true,
  toJsonSchema: true,
  schemaTarget: true,
  message_type: true,
})

const TRIGGER = keysOf<RegisterTriggerInput & { trigger_type: unknown; id: unknown; message_type: unknown }>({
  type: true,
  trigger_type: true,
  function_id: true,
  config: true,
  metadata: true,
  namespace: true,
  trigger_namespace: true,
  id: true,
  message_type: true,
})

/** An option that nothing reads. */
export interface UnknownOption {
  readonly argument: string
  readonly option: string
  /** The known name that was probably meant. */
  readonly nearest: string | undefined
}

/** Options of `registerWorker` that nothing reads. */
export function unknownWorkerOptions(options: InitOptions): UnknownOption[] {
  return [
    ...unknownIn('options', options, WORKER),
    ...unknownIn('reconnectionConfig', options.reconnectionConfig, RECONNECTION_KEYS),
    ...unknownIn('otel', options.otel, OTEL_KEYS),
  ]
}

/** Options of a function's registration that nothing reads. */
export function unknownFunctionOptions(input: object): UnknownOption[] {
  return unknownIn('registerFunction options', input, FUNCTION)
}

/** Members of a trigger's registration that nothing reads. */
export function unknownTriggerOptions(input: object): UnknownOption[] {
  return unknownIn('registerTrigger options', input, TRIGGER)
}

function unknownIn(argument: string, given: unknown, known: readonly string[]): UnknownOption[] {
  if (!isRecord(given)) return []
  const unknown = Object.keys(given).filter((option) => !known.includes(option))
  return unknown.map((option) => ({ argument, option, nearest: nearestName(option, known) }))
}
