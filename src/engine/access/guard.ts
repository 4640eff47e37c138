/**
 * Protects a guarded listener: calls its auth function for each new connection and closes those it refuses. Until the
 * answer arrives, frames of the client have no effect.
 */
import { ErrorCode, InvocationError } from '../../errors.js'
import { engineCodec } from '../../wire/protocol/engine-codec.js'
import {
  ForwardedEvents,
  handFrame,
  type Closed,
  type Transport,
  type TransportEvents,
} from '../../wire/transport/transport.js'
import type { UpgradeRequest } from '../../wire/transport/ws-accept.js'
import type { Access } from './access.js'
import { grantsWithoutAuth, readAuthAnswer, type Grants } from './auth-answer.js'
import { GuardedAccess, type GuardedAccessParts } from './guarded-access.js'
import { invokeWithin, type InvokeWithin } from '../calls/invoke-within.js'
import type { Counters } from '../counters.js'
import type { ListenerConfig } from '../config/listener-config.js'
import { RegistrationHooks } from './registration-hooks.js'
import { HeldFrames } from '../links/held-frames.js'
import type { SessionParts } from '../links/session-parts.js'

type Opener = (transport: Transport, access: Access) => TransportEvents
type Rules = Pick<ListenerConfig, 'rbac' | 'middlewareFunctionId' | 'defaultDeny'>

/** Maximum frames that a client may send before it is admitted. When it is exceeded, the connection is cut. */
const MAX_EARLY_FRAMES = 1000
/** Maximum clients of a listener that wait for its auth function. Further ones get status 503. */
const MAX_WAITING_CLIENTS = 1000

export class Guard {
  readonly #parts: SessionParts
  readonly #rules: Rules
  readonly #invoke: InvokeWithin
  readonly #accessParts: GuardedAccessParts
  #waiting = 0

  constructor(parts: SessionParts, rules: Rules) {
    this.#parts = parts
    this.#rules = rules
    this.#invoke = invokeWithin(parts, parts.limits.hookTimeoutMs)
    const hooks = new RegistrationHooks(this.#invoke)
    const { directory, namedFunctions } = parts
    this.#accessParts = { rules, hooks, directory, namedFunctions }
  }

  /**
   * Whether too many clients already wait for the auth function. Up to some 100 KiB of each are read before reading
   * stops.
   */
  get isFull(): boolean {
    return this.#waiting >= MAX_WAITING_CLIENTS
  }

  /** Admits a client once its rights are known. */
  let(request: UpgradeRequest, transport: Transport, open: Opener): TransportEvents {
    const early = new EarlyFrames(transport, this.#parts.counters)
    this.#waiting += 1
    void this.#ask(request).then((grants) => {
      this.#waiting -= 1
      if (early.isClosed) return
      if ('problem' in grants) this.#refuse(transport, grants.problem)
      else early.handOver(open(transport, new GuardedAccess(grants, this.#accessParts)))
    })
    return early
  }

  async #ask(request: UpgradeRequest): Promise<Grants | { readonly problem: string }> {
    const { rbac, defaultDeny = false } = this.#rules
    const functionId = rbac?.authFunctionId
    if (functionId === undefined) return grantsWithoutAuth(defaultDeny)
    const { headers, query, remoteAddress } = request
    const data = { headers, query_params: queryOf(query), ip_address: remoteAddress }
    try {
      return readAuthAnswer(await this.#invoke({ functionId, data }), defaultDeny)
    } catch (error) {
      if (error instanceof InvocationError) return { problem: error.detail }
      this.#parts.log.error({ functionId, error }, 'The auth function failed unexpectedly')
      return { problem: 'auth function failed' }
    }
  }

  #refuse(transport: Transport, message: string): void {
    this.#parts.log.warn({ reason: message }, 'A connection was refused by the auth function')
    transport.send(engineCodec.encode({ type: 'error', error: { code: ErrorCode.AUTH_ERROR, message } }))
    // The client answers the close frame, so the transport has to read again.
    transport.resume()
    transport.close()
  }
}

/** Holds frames that a client sends before it is admitted, and passes events on afterwards. */
class EarlyFrames extends ForwardedEvents {
  readonly #transport: Transport
  readonly #counters: Counters
  readonly #held = new HeldFrames<string | Uint8Array>(MAX_EARLY_FRAMES)
  isClosed = false

  constructor(transport: Transport, counters: Counters) {
    super()
    this.#transport = transport
    this.#counters = counters
    transport.pause()
  }

  handOver(next: TransportEvents): void {
    this.forwardTo(next)
    next.open()
    for (const frame of this.#held.takeAll()) handFrame(next, frame)
    this.#transport.resume()
  }

  override open(): void {
    // The open event is passed on when the client is admitted.
  }

  override text(frame: string): void {
    if (this.next === undefined) this.#keep(frame)
    else this.next.text(frame)
  }

  override binary(frame: Uint8Array): void {
    if (this.next === undefined) this.#keep(frame)
    else this.next.binary(frame)
  }

  override close(closed: Closed): void {
    this.isClosed = true
    this.#held.takeAll()
    super.close(closed)
  }

  #keep(frame: string | Uint8Array): void {
    if (this.#held.push(frame, frame.length)) return
    this.#counters.cutOff.earlyFrames += 1
    this.#transport.terminate()
  }
}

/** Query parameters as lists of raw values: values are not decoded, and a repeated name keeps all its values. */
function queryOf(query: string): Record<string, readonly string[]> {
  const members = new Map<string, string[]>()
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    const values = members.get(name) ?? []
    values.push(equals < 0 ? '' : part.slice(equals + 1))
    members.set(name, values)
  }
  return Object.fromEntries(members)
}
