/**
 * Stores named values, each valid against its schema. A registration sets the value; one without an initial value keeps
 * the present one while it is valid.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { messageOf } from '../../../std/text/describe.js'
import type { Clock, Timer } from '../../../std/time/clock.js'
import type { TickLane } from '../../../std/time/tick-lane.js'
import { weightOf } from '../../../std/json/weight.js'
import type { LiveSettings } from '../../config/live-settings.js'
import type { Counters } from '../../counters.js'
import { compileSchema, loadSchemaTools, type CheckValue } from '../../../std/json/value-schema.js'

export interface Registration {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly schema: unknown
  readonly metadata?: unknown
}

/** A configuration. Its value is null until it is set. */
export interface ConfigurationEntry extends Registration {
  readonly value: unknown
}

export interface ConfigurationEvent {
  readonly kind: 'registered' | 'updated' | 'deleted'
  readonly entry: ConfigurationEntry
  readonly oldValue: unknown
}

export interface ConfigurationsOptions {
  readonly clock: Clock
  /** Parses and checks schemas. */
  readonly lane: TickLane
  readonly ttlMs: number | undefined
  readonly counters: Counters
  readonly onExpired: (event: ConfigurationEvent) => void
}

interface Kept {
  readonly entry: ConfigurationEntry
  readonly check: CheckValue
  readonly weight: number
  readonly expiry: Timer | undefined
  /** Settings of a built-in, which a new value changes. */
  readonly live?: LiveSettings
}

const ID = /^[a-z0-9_-]{1,64}$/
const MAX_ENTRIES = 1_000
/** Approximate memory of all configurations, in bytes. */
const MAX_WEIGHT = 64 * 1024 * 1024
/** Registrations whose schema is not compiled yet. */
const MAX_WAITING = 100

export class Configurations {
  readonly #options: ConfigurationsOptions
  readonly #kept = new Map<string, Kept>()
  #weight = 0
  #waiting = 0

  constructor(options: ConfigurationsOptions) {
    this.#options = options
  }

  get(id: string): ConfigurationEntry | undefined {
    return this.#kept.get(id)?.entry
  }

  /**
   * Checks that a configuration whose schema requires members has a value.
   * @throws {InvocationError} `SCHEMA_INVALID` if it has none.
   */
  requireValue({ id, schema, value }: ConfigurationEntry): void {
    if (value !== null || !isRecord(schema) || !Array.isArray(schema['required'])) return
    const fault = this.#kept.get(id)?.check({})
    if (fault !== undefined) throw misfit(id, fault)
  }

  /** Lists the settings of a built-in as a configuration, which workers can set and not register. */
  serve(live: LiveSettings): void {
    const { name: id, description, schema, value } = live
    const entry = { id, name: id, description, schema, value }
    const weight = weightOf(entry)
    this.#weight += weight
    this.#kept.set(id, { entry, check: () => undefined, weight, expiry: undefined, live })
  }

  /** Whether a configuration has the settings of a built-in. */
  isOfEngine(id: string): boolean {
    return this.#kept.get(id)?.live !== undefined
  }

  /** All configurations, in order of first registration. */
  all(): ConfigurationEntry[] {
    return Array.from(this.#kept.values(), ({ entry }) => entry)
  }

  /**
   * Registers a configuration.
   * @throws {InvocationError} `INVALID_ID`, `SCHEMA_INVALID`, or `ADAPTER_ERROR` when a limit is exceeded.
   */
  async register(registration: Registration, initialValue: unknown): Promise<ConfigurationEvent> {
    const { id, schema } = registration
    if (!ID.test(id)) throw failure(ErrorCode.INVALID_ID, `'${id}' must match [a-z0-9_-]{1,64}`)
    if (this.isOfEngine(id))
      throw failure(ErrorCode.INVALID_ID, `'${id}' has the settings of the engine; change them with configuration::set`)
    this.#checkRoom({ ...registration, value: initialValue })
    const check = await this.#read(schema).catch((error: unknown) => {
      if (error instanceof InvocationError) throw error
      throw failure(ErrorCode.SCHEMA_INVALID, `the schema of configuration '${id}' is invalid: ${messageOf(error)}`)
    })
    const fault = initialValue === undefined ? undefined : check(initialValue)
    if (fault !== undefined) throw misfit(id, fault)
    // Looked up after the schema is compiled, as another registration may have arrived meanwhile.
    const present = this.get(id)
    const oldValue = present?.value ?? null
    const kept = oldValue !== null && check(oldValue) === undefined ? oldValue : null
    const entry = { ...registration, value: initialValue ?? kept }
    this.#keep(entry, { check })
    return { kind: present === undefined ? 'registered' : 'updated', entry, oldValue }
  }

  /**
   * Replaces a value.
   * @throws {InvocationError} `NOT_REGISTERED`, `SCHEMA_INVALID`, or `ADAPTER_ERROR` when a limit is exceeded.
   */
  set(id: string, value: unknown): ConfigurationEvent {
    const kept = this.#kept.get(id)
    if (kept === undefined) throw failure(ErrorCode.NOT_REGISTERED, `configuration '${id}' is not registered`)
    const fault = kept.check(value)
    if (fault !== undefined) throw misfit(id, fault)
    const entry = { ...kept.entry, value }
    this.#checkRoom(entry)
    if (kept.live !== undefined) apply(kept.live, value)
    this.#keep(entry, kept)
    return { kind: 'updated', entry, oldValue: kept.entry.value }
  }

  /** Removes everything; no trigger fires afterwards. */
  stop(): void {
    for (const { expiry } of this.#kept.values()) expiry?.cancel()
    this.#kept.clear()
    this.#weight = 0
  }

  /** Compiles a schema in its own tick. */
  async #read(schema: unknown): Promise<CheckValue> {
    if (this.#waiting >= MAX_WAITING) throw this.#full(`${String(MAX_WAITING)} registrations wait; try again later`)
    this.#waiting += 1
    try {
      const tools = await loadSchemaTools()
      return await this.#options.lane.run(() => compileSchema(tools, schema))
    } finally {
      this.#waiting -= 1
    }
  }

  #keep(entry: ConfigurationEntry, { check, live }: Pick<Kept, 'check' | 'live'>): void {
    const weight = this.#checkRoom(entry)
    const present = this.#kept.get(entry.id)
    present?.expiry?.cancel()
    this.#weight += weight - (present?.weight ?? 0)
    const expiry = live === undefined ? this.#expire(entry) : undefined
    this.#kept.set(entry.id, { entry, check, weight, expiry, ...(live !== undefined && { live }) })
  }

  /** The size of an entry, if it is within the limits. */
  #checkRoom(entry: ConfigurationEntry): number {
    const present = this.#kept.get(entry.id)
    if (present === undefined && this.#kept.size >= MAX_ENTRIES) {
      throw this.#full(`there are ${String(MAX_ENTRIES)} configurations, which is the limit`)
    }
    const weight = weightOf(entry)
    if (this.#weight + weight - (present?.weight ?? 0) > MAX_WEIGHT) {
      throw this.#full(`all configurations together may take ${String(MAX_WEIGHT)} bytes of memory`)
    }
    return weight
  }

  #full(message: string): InvocationError {
    this.#options.counters.refused.writes += 1
    return failure(ErrorCode.ADAPTER_ERROR, message)
  }

  #expire(entry: ConfigurationEntry): Timer | undefined {
    const { clock, ttlMs, onExpired } = this.#options
    if (ttlMs === undefined) return undefined
    const expired = (): void => {
      this.#weight -= this.#kept.get(entry.id)?.weight ?? 0
      this.#kept.delete(entry.id)
      onExpired({ kind: 'deleted', entry: { ...entry, value: null }, oldValue: entry.value })
    }
    return clock.after(ttlMs, expired, 'background')
  }
}

/** @throws {InvocationError} `SCHEMA_INVALID` when the value is invalid; no setting has changed then. */
function apply(live: LiveSettings, value: unknown): void {
  try {
    live.set(value)
  } catch (error) {
    throw misfit(live.name, messageOf(error))
  }
}

function misfit(id: string, fault: string): InvocationError {
  return failure(ErrorCode.SCHEMA_INVALID, `the value of configuration '${id}' does not match its schema: ${fault}`)
}

function failure(code: ErrorCode, message: string): InvocationError {
  return new InvocationError({ code, message })
}
