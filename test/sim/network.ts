/**
 * The simulated network between workers and the engine: dials become links, faults are done to them. Knows the engine
 * as a endpoint and the workers as processes, and nothing of the messages.
 */
import { CloseCode, type Closed, type Dial, type TransportEvents } from '../../src/wire/transport/transport.js'
import type { UpgradeRequest } from '../../src/wire/transport/ws-accept.js'
import type { SeededRandom } from '../kit/seeded-random.js'
import { SimLink, type SimEnd } from './link.js'
import type { Schedule, SimProcess } from './schedule.js'
import type { Trace } from './trace.js'

/** How the engine is reached: its process, and its endpoint. */
export interface EngineHost {
  readonly process: SimProcess
  upgrade(request: UpgradeRequest): void
}

export interface NetworkParts {
  readonly schedule: Schedule
  readonly random: SeededRandom
  readonly trace: Trace
  /** How often each byte of a frame counts, on links made now. */
  bytesPerByte(): number
  latencyMs(): number
  /** A frame was taken by an open transport. */
  onSent(end: SimEnd, frame: string | Uint8Array): void
  /** An open transport hands a frame to the engine. */
  onRead(end: SimEnd, frame: string | Uint8Array): void
  onClosed(end: SimEnd, closed: Closed): void
  /** Runs after the `close` event of an end was emitted and before promises that it settled run. */
  afterClosed(end: SimEnd): void
}

/** What becomes of dials for a while. */
export type DialFault =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'accept-then-close' }

export class Network {
  readonly #parts: NetworkParts
  readonly links: SimLink[] = []
  /** `undefined` while no engine runs: its port is closed. */
  engine: EngineHost | undefined
  readonly #dialFaults = new Map<SimProcess, DialFault>()

  constructor(parts: NetworkParts) {
    this.#parts = parts
  }

  /** How a process dials. */
  dialFrom(process: SimProcess): Dial {
    return (url, options, events) => {
      const { pathname, search } = new URL(url)
      const name = `${process.name}#${this.links.length}`
      const link = new SimLink(this.#parts, { name, path: pathname }, { process, ...options })
      this.links.push(link)
      link.client.events = events
      const { schedule } = this.#parts
      schedule.at(schedule.now + this.#parts.latencyMs(), undefined, 'io', () => {
        const headers = { upgrade: 'websocket', ...options.headers() }
        this.#arrive(link, { path: pathname, query: search.slice(1), headers, remoteAddress: '' })
      })
      return link.client
    }
  }

  setDialFault(process: SimProcess, fault: DialFault | undefined): void {
    if (fault === undefined) this.#dialFaults.delete(process)
    else this.#dialFaults.set(process, fault)
  }

  /** Links of a process that are not over, the worker's own first. */
  linksOf(process: SimProcess): SimLink[] {
    return this.links.filter((link) => link.client.process === process && !link.isOver)
  }

  /** A process is gone: its sockets are reset by its operating system. */
  died(process: SimProcess): void {
    for (const link of this.links) {
      for (const end of [link.client, link.server]) {
        if (end?.process !== process || end.state === 'closed') continue
        link.reset({ toServer: true, toClient: true })
        // The process of this end is gone, so no event is emitted.
        end.state = 'closed'
      }
    }
  }

  /** Ends all faults. Both ends detect half-open connections, as TCP eventually does. */
  heal(): void {
    this.#dialFaults.clear()
    for (const link of this.links) {
      if (link.isOver) continue
      link.toServer.cutAfter(undefined)
      link.toClient.cutAfter(undefined)
      const halfDead = link.client.state === 'closed' || link.toServer.isBlackhole || link.toClient.isBlackhole
      if (halfDead) link.reset({ toServer: false, toClient: false })
    }
  }

  #arrive(link: SimLink, request: Omit<UpgradeRequest, 'accept' | 'refuse'>): void {
    const { client } = link
    if (client.state === 'closed') return
    const fault = this.#dialFaults.get(client.process)
    if (fault !== undefined) link.isFaulted = true
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'status') this.#refuse(link, fault.status)
    else if (this.engine === undefined || fault?.kind === 'refuse') this.#refuse(link, undefined)
    else this.#upgrade(link, request, fault?.kind === 'accept-then-close')
  }

  #upgrade(link: SimLink, request: Omit<UpgradeRequest, 'accept' | 'refuse'>, closesAtOnce: boolean): void {
    const engine = this.engine!
    const { schedule } = this.#parts
    schedule.at(schedule.now, engine.process, 'io', () => {
      engine.upgrade({
        ...request,
        accept: (createEvents, headers) => {
          link.client.peerHeaders = headers
          this.#accept(link, engine.process, createEvents)
          if (closesAtOnce) link.reset({ toServer: false, toClient: true })
        },
        refuse: (status) => this.#refuse(link, status),
      })
    })
  }

  #accept(link: SimLink, process: SimProcess, createEvents: (end: SimEnd) => TransportEvents): void {
    const server = link.accept(process)
    const events = createEvents(server)
    server.events = events
    events.open()
    if (link.client.state === 'closed') link.terminated(link.client)
  }

  #refuse(link: SimLink, status: number | undefined): void {
    const { schedule, trace } = this.#parts
    const cause = new Error(status === undefined ? 'connect ECONNREFUSED' : `HTTP ${status}`)
    const closed = { code: CloseCode.ABNORMAL, reason: '', cause, ...(status === undefined ? {} : { status }) }
    schedule.at(schedule.now + this.#parts.latencyMs(), link.client.process, 'io', () => {
      trace.add(`${link.name} refused ${status ?? ''}`)
      link.client.end(closed)
    })
  }
}
