/** Settings of one listener, `iii-worker-manager` in a configuration file: its address and its access rules. */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { MAX_DELAY_MS } from '../../std/time/clock.js'
import { exposeFilters, type ExposeFilter, parseExposeFilter } from '../access/expose-filter.js'
import { originFields, type OriginRules, readOriginRules } from '../access/origins.js'
import type { FieldType } from '../../wire/protocol/validate.js'
import { boolean, described, optional, string, wholeNumber, withDefault } from '../declare/schema.js'
import { parseSettings, port, section } from '../declare/settings.js'

/** The name of listeners in a configuration file. It may appear more than once. */
export const LISTENER_NAME = 'iii-worker-manager'

/** One port for workers. */
export interface ListenerConfig {
  /** Default `0.0.0.0`. */
  readonly host: string
  /** 0 selects a free port. Default 49134. */
  readonly port: number
  /** Time limit for the request head. Default 10 000 ms. */
  readonly handshakeTimeoutMs: number
  /** Web pages that may connect, beside those of this machine. Default: none. */
  readonly origins: OriginRules
  /** Absent on an open listener. */
  readonly rbac?: RbacConfig | undefined
  /** Receives every call in place of its target. */
  readonly middlewareFunctionId?: string | undefined
  /** Whether a grant that the auth function leaves out is empty. Default false. */
  readonly defaultDeny?: boolean | undefined
}

/** Access rules. All functions they name are in the default namespace. */
interface RbacConfig {
  /** Decides which clients may connect and what they may do. Absent: all clients may call all exposed functions. */
  readonly authFunctionId?: string | undefined
  readonly exposeFunctions: readonly ExposeFilter[]
  readonly onFunctionRegistration?: string | undefined
  readonly onTriggerRegistration?: string | undefined
  readonly onTriggerTypeRegistration?: string | undefined
}

const rbac = section({
  auth_function_id: optional(string('Decides which clients may connect and what they may do')),
  expose_functions: optional(exposeFilters),
  on_function_registration_function_id: optional(string()),
  on_trigger_registration_function_id: optional(string()),
  on_trigger_type_registration_function_id: optional(string()),
})

export const listenerSettings = {
  config: section({
    host: withDefault(string('The address to listen on'), '0.0.0.0'),
    port: withDefault(described(port, '0 selects a free port'), 49_134),
    handshake_timeout_ms: withDefault(wholeNumber(1, MAX_DELAY_MS, 'Time limit for the request head'), 10_000),
    rbac: optional(rbac),
    middleware_function_id: optional(string('Receives every call in place of its target')),
  }),
  local: section({
    ...originFields,
    default_deny: optional(boolean('Whether a grant that the auth function leaves out is empty')),
  }),
}

/**
 * Reads the `config` and `local` of one `iii-worker-manager`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseListenerConfig(config: unknown, local: unknown): ListenerConfig {
  const given = parseSettings(LISTENER_NAME, listenerSettings.config.members, config)
  const own = parseSettings(`${LISTENER_NAME}.local`, listenerSettings.local.members, local)
  if (own.default_deny === true && given.rbac === undefined) {
    const message = `${LISTENER_NAME}.local.default_deny needs \`config.rbac\`: without rules the listener is open`
    throw new RuntimeError(ErrorCode.INVALID_CONFIG, message)
  }
  return {
    host: given.host,
    port: Number(given.port),
    handshakeTimeoutMs: given.handshake_timeout_ms,
    origins: readOriginRules(own),
    rbac: given.rbac === undefined ? undefined : readRbac(given.rbac),
    middlewareFunctionId: given.middleware_function_id,
    defaultDeny: own.default_deny,
  }
}

function readRbac(given: FieldType<typeof rbac>): RbacConfig {
  const filters = (given.expose_functions ?? []).map((entry, index) =>
    parseExposeFilter(`${LISTENER_NAME}.rbac.expose_functions.${String(index)}`, entry),
  )
  return {
    exposeFunctions: filters,
    authFunctionId: given.auth_function_id ?? undefined,
    onFunctionRegistration: given.on_function_registration_function_id ?? undefined,
    onTriggerRegistration: given.on_trigger_registration_function_id ?? undefined,
    onTriggerTypeRegistration: given.on_trigger_type_registration_function_id ?? undefined,
  }
}

/** The functions that a listener calls to check a session. */
export function functionsAskedBy({ rbac, middlewareFunctionId }: ListenerConfig): string[] {
  const ids = [
    middlewareFunctionId,
    rbac?.authFunctionId,
    rbac?.onFunctionRegistration,
    rbac?.onTriggerRegistration,
    rbac?.onTriggerTypeRegistration,
  ]
  return ids.filter((id) => id !== undefined)
}

/** The host in the URL of a listener: an address for clients on this machine, even if it listens on all addresses. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
