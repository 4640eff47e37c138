/**
 * Keeps `subscribe` triggers alive on an engine that ends delivery to a whole topic when one of its triggers goes:
 * registers this worker's own again, which restores delivery and doubles nothing. After a worker has left or changed,
 * after a trigger of this worker has gone, and at intervals.
 */
import type { Clock, Timer } from '../../../std/time/clock.js'
import type { Unsubscribe } from '../../../std/async/emitter.js'
import type { Random } from '../../../std/random.js'
import type { Triggers } from './triggers.js'
import type { WorkerNews } from '../discovery/worker-news.js'
import type { Introduction } from '../lifecycle/introduction.js'
import type { Link, LinkPart } from '../link.js'

/** The parts of a worker that the repair stands on. */
export interface TopicRepairParts {
  readonly clock: Clock
  readonly random: Random
  readonly link: Link
  readonly triggers: Triggers
  readonly news: WorkerNews
  readonly introduction: Introduction
}

/** From a departure to the repair: several that leave together cost one, and not all workers repair at once. */
const REPAIR_AFTER_MS = 10
const REPAIR_JITTER_MS = 40

/** Between two repairs without a reason, for what the engine does not report; ± 10 %. */
const REPAIR_INTERVAL_MS = 60_000

export class TopicRepair implements LinkPart {
  readonly #parts: TopicRepairParts
  #state: 'off' | 'on' | 'stopped' = 'off'
  #stopListening: Unsubscribe | undefined
  #soon: Timer | undefined
  #later: Timer | undefined

  constructor(parts: TopicRepairParts) {
    this.#parts = parts
    parts.triggers.onSubscriptions = (change) => {
      if (this.#state !== 'on') return
      if (change === 'removed') this.#removed()
      this.#follow()
    }
  }

  connected(): void {
    if (this.#state === 'stopped') return
    this.#state = this.#parts.link.needs?.restoreTopics === true ? 'on' : 'off'
    this.#follow()
  }

  lost(): void {
    // The next link registers everything anew.
    this.#soon?.cancel()
    this.#soon = undefined
  }

  over(): void {
    this.stop()
  }

  /** Repairs nothing any more: the worker is ending. */
  stop(): void {
    this.#state = 'stopped'
    this.lost()
    this.#follow()
  }

  /** Listens and repairs at intervals as long as there is something to repair. */
  #follow(): void {
    if (this.#state === 'on' && this.#parts.triggers.subscriptions > 0) {
      this.#stopListening ??= this.#parts.news.on(({ event }) => {
        if (event !== 'worker_connected') this.#repairSoon()
      })
      this.#later ??= this.#repairLater()
      return
    }
    this.#later?.cancel()
    this.#later = undefined
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  /** A trigger of this worker has gone. The engine reports no triggers, only workers. */
  #removed(): void {
    this.#repairSoon()
    // Behind the frames of everything that is removed together.
    queueMicrotask(() => {
      this.#parts.introduction.repeat()
    })
  }

  #repairSoon(): void {
    const { clock, random, triggers } = this.#parts
    this.#soon ??= clock.after(
      REPAIR_AFTER_MS + random.next() * REPAIR_JITTER_MS,
      () => {
        this.#soon = undefined
        triggers.sendSubscriptionsAgain()
      },
      'background',
    )
  }

  #repairLater(): Timer {
    const { clock, random, triggers } = this.#parts
    return clock.after(
      REPAIR_INTERVAL_MS * (0.9 + random.next() * 0.2),
      () => {
        triggers.sendSubscriptionsAgain()
        this.#later = this.#repairLater()
      },
      'background',
    )
  }
}
