/** What can be done to a world: each kind of fault, in a few lines. */
import type { Fault } from './scenario.js'
import type { SimLink } from './link.js'
import type { SimProcess } from './schedule.js'
import type { World } from './world.js'

type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>

export function doFault(world: World, fault: Fault): void {
  switch (fault.kind) {
    case 'reset':
      linkAt(world, fault)?.reset(fault.keeps)
      return
    case 'cut':
      cut(world, fault)
      return
    case 'blackhole':
      blackhole(world, fault)
      return
    case 'stall': {
      const link = linkAt(world, fault)
      if (link === undefined) return
      link.isFaulted = true
      link[fault.direction].stallUntil(world.schedule.now + fault.forMs)
      return
    }
    case 'close-frame':
      linkAt(world, { worker: fault.worker, nth: 0 })?.interject({ code: fault.code, reason: 'interjected' })
      return
    case 'dials':
      failDials(world, fault)
      return
    case 'freeze':
      for (const process of processOf(world, fault.worker)) freeze(world, process, fault.forMs)
      return
    case 'epoch':
      for (const process of processOf(world, fault.worker)) process.epochOffsetMs += fault.byMs
      return
    case 'crash':
      for (const process of processOf(world, fault.worker)) crash(world, process)
      return
    case 'restart':
      restart(world, fault)
      return
  }
}

/** Silence after which a worker has to give a link up, and some time to do it. */
const SILENCE_MS = 66_000

function linkAt(world: World, { worker, nth }: { readonly worker: number; readonly nth: number }): SimLink | undefined {
  const process = world.workers[worker]?.process
  return process && world.network.linksOf(process)[nth]
}

function processOf(world: World, who: number | 'engine'): SimProcess[] {
  const process = who === 'engine' ? world.running?.process : world.workers[who]?.process
  return process === undefined || process.isDead ? [] : [process]
}

function cut(world: World, fault: FaultOf<'cut'>): void {
  const link = linkAt(world, fault)
  const keepsServer = fault.direction === 'toClient' && fault.keepsOther
  const keepsClient = fault.direction === 'toServer' && fault.keepsOther
  const { frames } = fault
  link?.[fault.direction].cutAfter({
    frames,
    cut: () => link.reset({ toServer: keepsServer, toClient: keepsClient }),
  })
}

function blackhole(world: World, fault: FaultOf<'blackhole'>): void {
  const link = linkAt(world, fault)
  if (link === undefined) return
  link.isFaulted = true
  link.blackholes += 1
  const lanes = fault.directions === 'both' ? [link.toServer, link.toClient] : [link[fault.directions]]
  for (const lane of lanes) lane.isBlackhole = true
  const { schedule } = world
  const since = schedule.now
  schedule.at(since + fault.forMs, undefined, 'io', () => {
    const wasSilent = fault.directions !== 'toServer' && fault.forMs > SILENCE_MS && link.path === '/'
    const wasHeldUp = link.client.process.freezes.length > 0
    // A second one on the same link may have ended the first.
    if (wasSilent && !wasHeldUp && link.blackholes === 1 && link.client.state === 'open') {
      world.journal.violate(`${link.name} was silent for ${fault.forMs} ms, and its worker holds on to it`)
    }
    for (const lane of lanes) lane.isBlackhole = false
  })
}

function failDials(world: World, { worker, how, forMs }: FaultOf<'dials'>): void {
  const process = world.workers[worker]?.process
  if (process === undefined) return
  world.network.setDialFault(process, how === 'status' ? { kind: 'status', status: 503 } : { kind: how })
  world.schedule.at(world.schedule.now + forMs, undefined, 'io', () => world.network.setDialFault(process, undefined))
}

function freeze(world: World, process: SimProcess, forMs: number): void {
  const until = world.schedule.now + forMs
  process.frozenUntil = Math.max(process.frozenUntil, until)
  process.freezes.push({ from: world.schedule.now, until })
}

function crash(world: World, process: SimProcess): void {
  process.isDead = true
  world.network.died(process)
}

function restart(world: World, { graceful, downMs }: FaultOf<'restart'>): void {
  const { running, network, schedule } = world
  if (running === undefined || network.engine === undefined) return
  network.engine = undefined
  if (graceful) void running.engine.close().then(() => (running.closed = true))
  else crash(world, running.process)
  schedule.at(schedule.now + downMs, undefined, 'io', () => void world.startEngine())
}
