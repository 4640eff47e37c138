/**
 * Virtual time for everything in one simulation: one heap of events, and processes whose event loop can be held up or
 * ended. Between two events all promises that can settle do, so the order of everything follows from the seed alone.
 */
import type { LoopClock, Timer } from '../../src/std/time/clock.js'
import type { SeededRandom } from '../kit/seeded-random.js'

interface Entry {
  at: number
  /** Order of simultaneous events: those of a frozen process are in random order, sockets last. */
  rank: number
  readonly order: number
  readonly process: SimProcess | undefined
  readonly kind: 'timer' | 'io'
  run: (() => void) | undefined
}

/** Stands for one operating-system process: a worker's or the engine's. */
export class SimProcess {
  readonly name: string
  readonly clock: LoopClock
  frozenUntil = 0
  isDead = false
  /** Timers that have not fired. */
  timers = 0
  epochOffsetMs = 0
  /** When its event loop was held up. */
  readonly freezes: { readonly from: number; readonly until: number }[] = []

  constructor(schedule: Schedule, name: string) {
    this.name = name
    this.clock = {
      now: () => schedule.now,
      epochMs: () => START_EPOCH_MS + schedule.now + this.epochOffsetMs,
      nextTurn: (callback) => void schedule.at(schedule.now, this, 'io', callback),
      after: (delayMs, callback): Timer => this.#after(schedule, delayMs, callback),
    }
  }

  /** As Node does it: in whole milliseconds, cut off, and at least one. */
  #after(schedule: Schedule, delayMs: number, callback: () => void): Timer {
    this.timers += 1
    let isPending = true
    const end = (): void => {
      if (isPending) this.timers -= 1
      isPending = false
    }
    const entry = schedule.at(schedule.now + Math.max(1, Math.trunc(delayMs)), this, 'timer', () => {
      end()
      callback()
    })
    return {
      cancel: () => {
        end()
        entry.cancel()
      },
      setMode: () => undefined,
    }
  }
}

const START_EPOCH_MS = Date.UTC(2026, 0, 1)

/** More events than any scenario needs: a loop that never ends must not hang the simulator. */
const MAX_EVENTS = 200_000

export class Schedule {
  now = 0
  events = 0
  readonly #heap: Entry[] = []
  readonly #random: SeededRandom
  #order = 0

  constructor(random: SeededRandom) {
    this.#random = random
  }

  process(name: string): SimProcess {
    return new SimProcess(this, name)
  }

  /** Runs `run` at a time, in a process that is alive and not held up then; without a process in any case. */
  at(at: number, process: SimProcess | undefined, kind: Entry['kind'], run: () => void): Timer {
    const entry: Entry = { at: Math.max(at, this.now), rank: 0, order: this.#order++, process, kind, run }
    this.#push(entry)
    return {
      cancel: () => {
        entry.run = undefined
      },
      setMode: () => undefined,
    }
  }

  /** Runs the due events until `end`, or until `isEnough` returns true. */
  async runUntil(end: number, isEnough: () => boolean = () => false): Promise<void> {
    await settle()
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      if (isEnough()) return
      this.#pop()
      const { process, run } = next
      if (run === undefined || process?.isDead === true) continue
      if (process !== undefined && process.frozenUntil > next.at) {
        next.at = process.frozenUntil
        next.rank = next.kind === 'timer' ? 1 + this.#random.next() : 2
        this.#push(next)
        continue
      }
      this.now = Math.max(this.now, next.at)
      this.events += 1
      if (this.events > MAX_EVENTS) throw new Error(`more than ${MAX_EVENTS} events: something goes round in circles`)
      run()
      await settle()
    }
    this.now = Math.max(this.now, isEnough() ? this.now : end)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.at !== b.at) return a.at < b.at
  return a.rank !== b.rank ? a.rank < b.rank : a.order < b.order
}

/** Lets promise chains run to their end: a macrotask comes after every microtask that is due. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
