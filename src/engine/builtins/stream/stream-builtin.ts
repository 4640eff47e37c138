/**
 * `iii-stream`: streams of groups of items, the functions that read and change them, the trigger types that fire on
 * changes, and the WebSocket server through which browsers follow them.
 */
import type { BuiltinFunction, EngineHost, LiveBuiltin } from '../builtin.js'
import { reachableHost } from '../../config/listener-config.js'
import { LargeUpdates } from '../../storage/large-updates.js'
import { defaultStoreLimits, openStore } from '../../storage/storage-config.js'
import { listEntries, type Store } from '../../storage/store.js'
import type { Trace } from '../../triggers/fire.js'
import { connectFor, runElsewhere } from '../bridge/run-elsewhere.js'
import type { StreamClientParts } from './stream-client.js'
import type { StreamConfig } from './stream-config.js'
import { streamFunctions } from './stream-functions.js'
import type { StreamMessage } from './stream-event.js'
import { spaceOf, StreamItems, type GroupPlace } from './stream-items.js'
import { StreamOperations } from './stream-operations.js'
import { StreamRooms } from './stream-rooms.js'
import { StreamServer } from './stream-server.js'
import { StreamsElsewhere } from './streams-elsewhere.js'
import { StreamTriggers } from './stream-triggers.js'

const NAME = 'iii-stream'

/** The built-in with its bound port; the configured one until it has started. */
export type StreamBuiltin = LiveBuiltin<StreamConfig> & { readonly port: number; readonly url: string | undefined }

/** Serves `stream::*`, the trigger types of streams, and a WebSocket server. */
export function createStreamBuiltin(host: EngineHost, config: StreamConfig): StreamBuiltin {
  const service = new StreamService(host, config)
  return {
    name: NAME,
    description: 'Stores streams of items, and sends their changes to functions and browsers',
    functions: service.functions,
    triggerTypes: service.triggers.types,
    namedFunctions: config.authFunctionId === undefined ? [] : [config.authFunctionId],
    inspections: {
      'stream::entries': ({ stream_name, group_id, search }) =>
        service.entries({ stream_name: String(stream_name), group_id: String(group_id) }, search),
    },
    get port() {
      return service.port
    },
    get url() {
      return host.opensPorts ? `ws://${reachableHost(config.host)}:${service.port}` : undefined
    },
    reconfigure: ({ channelSize }) => {
      service.channelSize = channelSize
    },
    start: () => service.start(),
    stop: () => service.stop(),
  }
}

/** Created on start and released on stop. */
class StreamService {
  readonly triggers: StreamTriggers
  readonly functions: readonly BuiltinFunction[]
  /** The engine that has the streams, if it is not this one. */
  readonly #elsewhere: StreamsElsewhere | undefined
  /** Events kept for a client that reads too slowly; applies to clients that connect afterwards. */
  channelSize: number
  readonly #host: EngineHost
  readonly #config: StreamConfig
  readonly #rooms: StreamRooms
  readonly #server: StreamServer
  #store: Store | undefined
  #operations: StreamOperations | undefined

  constructor(host: EngineHost, config: StreamConfig) {
    this.#host = host
    this.#config = config
    this.channelSize = config.channelSize
    const { storage } = config
    const isWatched = (streamName: string): void => this.#elsewhere?.follow(streamName)
    this.triggers = new StreamTriggers(host, isWatched)
    this.#rooms = new StreamRooms(host, isWatched)
    const functions = streamFunctions(() => this.#operations)
    this.#elsewhere =
      storage.kind === 'bridge'
        ? new StreamsElsewhere(connectFor(`${NAME}.adapter`, host, storage), this.#announce, host.log)
        : undefined
    const { remote } = this.#elsewhere ?? {}
    this.functions = remote === undefined ? functions : runElsewhere(functions, remote)
    this.#server = new StreamServer(host, config, this.#clientParts())
  }

  get operations(): StreamOperations | undefined {
    return this.#operations
  }

  /** Item ids and values of a group that the engine stores itself. */
  entries(place: GroupPlace, search: unknown): object {
    return listEntries(this.#store, spaceOf(place), search)
  }

  get port(): number {
    return this.#server.port
  }

  async start(): Promise<void> {
    const { storage } = this.#config
    if (storage.kind !== 'bridge') {
      const limits = { ...defaultStoreLimits, counters: this.#host.counters }
      this.#store = await openStore(storage, limits, { builtin: NAME, host: this.#host })
      this.#operations = new StreamOperations({
        host: this.#host,
        items: new StreamItems(this.#store, new LargeUpdates(this.#host.lane)),
        announce: this.#announce,
      })
    }
    if (!this.#host.opensPorts) return
    try {
      await this.#server.start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#operations = undefined
    this.triggers.stop()
    this.#rooms.stop()
    await this.#server.stop()
    await this.#elsewhere?.remote.close()
    await this.#store?.close()
  }

  readonly #announce = (message: StreamMessage, trace: Trace): void => {
    this.#rooms.send(message)
    this.triggers.fire(message, trace)
  }

  #clientParts(): StreamClientParts {
    const { clock, log, counters, unread } = this.#host
    return {
      clock,
      log,
      counters,
      unread,
      rooms: this.#rooms,
      triggers: this.triggers,
      authRequired: this.#config.authRequired,
      channelSize: () => this.channelSize,
      snapshot: ({ streamName, groupId, id }, signal) => {
        const group = { stream_name: streamName, group_id: groupId }
        if (this.#elsewhere !== undefined) return this.#elsewhere.snapshot({ streamName, groupId, id }, signal)
        // Clients connect only while the server runs, which starts after the store is open.
        const operations = this.#operations
        if (operations === undefined) return Promise.reject(new Error('The stream store is not open'))
        return id === null ? operations.list(group, { signal }) : operations.get({ ...group, item_id: id }, { signal })
      },
    }
  }
}
