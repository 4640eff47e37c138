/**
 * Everything one playing scenario holds: its variables, sockets, requests under way and HTTP server. Steps work on it;
 * `clear` ends whatever is left, passed or failed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { differs, ScenarioFailure } from './failure.js'
import type { HandshakeOutcome } from './handshake.js'
import type { HttpAnswer } from './http-request.js'
import { HttpServer } from './http-server.js'
import { compare } from './matcher.js'
import type { Peer } from './peer.js'
import { Scope } from './scope.js'

/** Base addresses by what scenarios call them; `main` is always there. */
export type Targets = Readonly<Record<string, string>>

const CLOSE_LIMIT_MS = 400
/** Lets the engine notice that the sockets have gone before the next scenario begins. */
const SETTLE_MS = 25

export class Stage {
  readonly scope = new Scope()
  readonly peers = new Map<string, Peer>()
  readonly handshakes = new Map<string, Promise<HandshakeOutcome>>()
  readonly requests = new Map<string, Promise<HttpAnswer>>()
  /** How long an expectation waits when its step does not say. */
  readonly limitMs: number
  readonly #targets: Targets
  #server: Promise<HttpServer> | undefined

  constructor(targets: Targets, limitMs: number) {
    this.#targets = targets
    this.limitMs = limitMs
    const http = targets['http']
    if (http !== undefined) this.scope.set('http', new URL(http).host)
  }

  /** @throws {ScenarioFailure} when no address was given for the target. */
  address(target = 'main'): string {
    const address = this.#targets[target]
    if (address === undefined) throw new ScenarioFailure(`no address was given for ${target}`)
    return address
  }

  peer(name: string): Peer {
    const peer = this.peers.get(name)
    if (peer === undefined) throw new ScenarioFailure(`no socket is named ${name}`)
    return peer
  }

  /** The HTTP server of the scenario, started on first use; `${local}` is its address. */
  server(): Promise<HttpServer> {
    this.#server ??= HttpServer.start().then((server) => {
      this.scope.set('local', server.url)
      return server
    })
    return this.#server
  }

  /**
   * Compares and keeps what the pattern captures.
   * @throws {ScenarioFailure} naming each difference.
   */
  check(what: string, pattern: unknown, actual: unknown): void {
    const { differences, captures } = compare(pattern, actual)
    if (differences.length > 0) throw differs(what, differences, actual)
    for (const [name, value] of captures) this.scope.set(name, value)
  }

  async clear(): Promise<void> {
    await Promise.all([...this.peers.values()].map((peer) => peer.end(CLOSE_LIMIT_MS)))
    await (await this.#server)?.stop()
    await sleep(SETTLE_MS)
  }
}
