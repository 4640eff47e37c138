/**
 * The connections of a test engine and the workers behind them. Intercepts every connection, so that tests can inspect
 * and disturb it by worker, across reconnections.
 */
import { ErrorCode, RuntimeError } from '../errors.js'
import { isTelemetry } from '../engine/links/telemetry-prefix.js'
import { workerCodec } from '../wire/protocol/codec.js'
import { engineCodec } from '../wire/protocol/engine-codec.js'
import { describe } from '../std/text/describe.js'
import type { UpgradeRequest } from '../wire/transport/ws-accept.js'
import type { RecordedFrame } from './frame-list.js'
import { FrameWaiters, type FramePredicate } from './frame-waiters.js'
import { TappedLink, type LinkParts, type LinkWatcher } from './tapped-link.js'
import { WorkerRecord } from './worker-record.js'

/** A worker, its id or its name. */
export type WorkerTarget = string | { readonly workerId?: string | undefined }

export interface WorkerLinksOptions extends Omit<LinkParts, 'watcher'> {
  /** Maximum frames kept of one worker and one direction. */
  readonly maxFrames: number
  readonly takeTelemetry: (frame: Uint8Array) => void
}

/** Maximum disconnected workers that are kept. When it is exceeded, the oldest are removed. */
const MAX_WORKERS = 10_000
/** Maximum clients that wait while connections are paused. Further ones get 503. */
const MAX_WAITING = 10_000

export class WorkerLinks implements LinkWatcher {
  readonly #options: WorkerLinksOptions
  readonly #links = new Set<TappedLink>()
  /** By every id that a worker had. */
  readonly #byId = new Map<string, WorkerRecord>()
  readonly #byLink = new Map<TappedLink, WorkerRecord>()
  readonly #waiters = new FrameWaiters()
  #heldUpgrades: (() => void)[] | undefined

  constructor(options: WorkerLinksOptions) {
    this.#options = options
  }

  /** Admits a client and intercepts its connection. */
  readonly enter = (request: UpgradeRequest, handle: (request: UpgradeRequest) => void): void => {
    const tapped: UpgradeRequest = {
      ...request,
      accept: (createEvents, headers) => {
        request.accept((transport) => {
          const link = new TappedLink({ ...this.#options, watcher: this }, transport)
          this.#links.add(link)
          if (this.#heldUpgrades !== undefined) link.pause()
          return link.listen(createEvents(link.transport))
        }, headers)
      },
    }
    if (this.#heldUpgrades === undefined) handle(tapped)
    else if (this.#heldUpgrades.length < MAX_WAITING) this.#heldUpgrades.push(() => handle(tapped))
    else request.refuse(503, 'The engine is paused')
  }

  /** @throws {RuntimeError} `INVALID_ARGUMENT` for a worker that has never connected. */
  find(target: WorkerTarget): WorkerRecord {
    const id = idOf(target)
    const record = this.#byId.get(id) ?? [...this.#byId.values()].reverse().find(({ name }) => name === id)
    if (record !== undefined) return record
    const known = [...new Set(this.#byId.values())].slice(0, 10).map(({ name, workerId }) => name ?? workerId)
    const text = `No worker '${id}' has connected to this engine; wait for its ready() first. Known are: ${known.join(', ') || 'none'}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
  }

  /** @throws {RuntimeError} `NOT_CONNECTED` while the worker has no connection. */
  linkOf(target: WorkerTarget): TappedLink {
    const record = this.find(target)
    if (record.link !== undefined) return record.link
    const text = `The worker ${record.name ?? record.workerId} is not connected at the moment`
    throw new RuntimeError(ErrorCode.NOT_CONNECTED, text)
  }

  /** Waits for a frame of any worker, or of one. */
  waitFor(fits: FramePredicate, timeoutMs: number): Promise<RecordedFrame> {
    return this.#waiters.wait(this.#past(), fits, timeoutMs)
  }

  pause(): void {
    this.#heldUpgrades ??= []
    for (const link of this.#links) link.pause()
  }

  resume(): void {
    const waiting = this.#heldUpgrades ?? []
    this.#heldUpgrades = undefined
    for (const link of [...this.#links]) link.resume()
    for (const handle of waiting) handle()
  }

  /** Ends all holds and delays. */
  release(): void {
    this.resume()
    for (const link of [...this.#links]) link.endStall()
  }

  sent(link: TappedLink, frame: string | Uint8Array): void {
    if (typeof frame !== 'string') {
      if (isTelemetry(frame)) this.#options.takeTelemetry(frame)
      return
    }
    const record = this.#byLink.get(link)
    if (record === undefined) return
    this.#waiters.show(record.addSent(frame))
    if (frame.includes('"reattach"')) this.#reattached(link, record, frame)
  }

  received(link: TappedLink, frame: string | Uint8Array): void {
    if (typeof frame !== 'string') return
    const record = this.#byLink.get(link) ?? this.#registered(link, frame)
    if (record !== undefined) this.#waiters.show(record.addReceived(frame))
  }

  closed(link: TappedLink): void {
    this.#links.delete(link)
    const record = this.#byLink.get(link)
    this.#byLink.delete(link)
    if (record?.link === link) record.link = undefined
  }

  *#past(): Iterable<RecordedFrame> {
    for (const record of new Set(this.#byId.values())) {
      const { sent, received } = record.frames
      yield* sent
      yield* received
    }
  }

  /** The first frame to a worker contains its id; connections of channels have no such frame. */
  #registered(link: TappedLink, frame: string): WorkerRecord | undefined {
    const registered = workerCodec.decode(frame)
    if (registered.type !== 'workerregistered') return undefined
    const record = new WorkerRecord(registered.worker_id, this.#options.maxFrames)
    this.#remember(registered.worker_id, record)
    this.#byLink.set(link, record)
    record.link = link
    return record
  }

  /** A worker that reattaches keeps its record. */
  #reattached(link: TappedLink, record: WorkerRecord, frame: string): void {
    const message = engineCodec.decode(frame)
    if (message.type !== 'reattach') return
    const previous = this.#byId.get(message.previous_worker_id)
    if (previous === undefined || previous === record) return
    previous.adopt(record)
    this.#remember(record.workerId, previous)
    this.#byLink.set(link, previous)
    previous.link = link
  }

  #remember(workerId: string, record: WorkerRecord): void {
    this.#byId.set(workerId, record)
    if (this.#byId.size <= MAX_WORKERS) return
    for (const [id, { link }] of this.#byId) {
      if (link !== undefined) continue
      this.#byId.delete(id)
      return
    }
  }
}

function idOf(target: unknown): string {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) {
    const text = `worker must be a worker, its id or its name, got ${describe(target)}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
  }
  const id = 'workerId' in target ? target.workerId : undefined
  return typeof id === 'string' ? id : ''
}
