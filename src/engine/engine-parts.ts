/** The parts of an engine, created once and shared. */
import type { LoopClock } from '../std/time/clock.js'
import type { Log } from '../std/log.js'
import type { Random } from '../std/random.js'
import { TickLane } from '../std/time/tick-lane.js'
import { SharedBytes } from '../wire/transport/shared-bytes.js'
import type { Elsewhere } from './builtins/builtin.js'
import type { ConnectEngine } from './builtins/bridge/remote-engine.js'
import { Bindings } from './triggers/bindings.js'
import { ChannelTable } from './channels/channel-table.js'
import { createCounters, type Counters } from './counters.js'
import { Directory } from './registry/directory.js'
import type { Emit } from './engine-events.js'
import { HandOver } from './hand-over/hand-over.js'
import type { Instruments } from './instruments.js'
import type { EngineLimits } from './limits.js'
import { NameLeases } from './registry/name-leases.js'
import { OpenLinks } from './links/open-links.js'
import { OwnedBytes } from './registry/owned-bytes.js'
import type { EngineQuirks } from './quirks.js'
import { Router } from './calls/router.js'
import { Sessions } from './registry/sessions.js'

/** The external dependencies of an engine. */
export interface EnginePorts {
  readonly clock: LoopClock
  readonly random: Random
  /** Receives all events; `log` reports through it as well. */
  readonly emit: Emit
  readonly log: Log
  readonly limits: EngineLimits
  /** Time limit for worker registration, after which a worker counts as one of the default namespace. */
  readonly namespaceGraceMs: number
  /** Whether ports are opened. If false, the engine is reached in memory only. */
  readonly opensPorts: boolean
  /** Whether the readable part of a damaged store is opened; otherwise opening it fails. */
  readonly repairsStores: boolean
  /** Deviations of the distributed engine to reproduce. */
  readonly quirks: EngineQuirks
  /** Connects to another engine; `undefined` if the program that runs this one cannot. */
  readonly connectEngine: ConnectEngine | undefined
}

export interface EngineParts extends EnginePorts {
  /** For expensive work of all clients. */
  readonly lane: TickLane
  /** Limits the memory of large messages of all clients. */
  readonly largeMessages: SharedBytes
  /** Limits the memory of what waits to be read by all clients. */
  readonly unread: SharedBytes
  readonly counters: Counters
  readonly directory: Directory
  readonly handOver: HandOver
  readonly names: NameLeases
  readonly ownedBytes: OwnedBytes
  readonly router: Router
  readonly bindings: Bindings
  readonly sessions: Sessions
  readonly channels: ChannelTable
  readonly links: OpenLinks
  readonly instruments: Instruments
  readonly elsewhere: Elsewhere
}

export function createParts(ports: EnginePorts): EngineParts {
  const counters = createCounters()
  const ownedBytes = new OwnedBytes({ ...ports, counters })
  const directory = new Directory(ownedBytes)
  const instruments: Instruments = {}
  const elsewhere: Elsewhere = {}
  const { clock, limits, quirks } = ports
  const isAbrupt = quirks.abruptHandOver === true
  const handOver = new HandOver({ clock, counters, maxPerPeer: limits.maxRegistrations, isAbrupt })
  const router = new Router({ ...ports, counters, directory, handOver, instruments, elsewhere })
  const { log } = ports
  const sessions = new Sessions(log)
  sessions.onEvent((event) => instruments.watchWorkers?.(event))
  return {
    ...ports,
    lane: new TickLane(ports.clock),
    ...sharedBytes(ports, counters),
    counters,
    directory,
    handOver,
    names: new NameLeases(),
    ownedBytes,
    router,
    bindings: new Bindings({ ...ports, counters, handOver, ownedBytes }),
    sessions,
    channels: new ChannelTable({ ...ports, counters }),
    links: new OpenLinks(),
    instruments,
    elsewhere,
  }
}

function sharedBytes(
  { clock, limits, log }: EnginePorts,
  { cutOff }: Counters,
): Pick<EngineParts, 'largeMessages' | 'unread'> {
  const largeMessages = new SharedBytes({
    clock,
    maxBytes: limits.maxLargeMessageBytes,
    onCut: (reason, bytes) => {
      cutOff.largeMessages += 1
      log.warn({ reason, bytes }, 'A client with an unfinished large message was cut off')
    },
  })
  const unread = new SharedBytes({
    clock,
    maxBytes: limits.maxUnreadBytes,
    onCut: (_reason, bytes) => {
      cutOff.unread += 1
      log.error({ bytes }, 'Clients do not read and too much waits for them; the one with the most was cut off')
    },
  })
  return { largeMessages, unread }
}
