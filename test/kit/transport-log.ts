/** Records transport events and waits for the next of a kind. Every wait has a time limit. */
import type { Closed, TransportEvents } from '../../src/wire/transport/transport.js'

export type Noted =
  | { readonly kind: 'open' | 'activity' | 'drained' }
  | { readonly kind: 'text'; readonly frame: string }
  | { readonly kind: 'binary'; readonly frame: Uint8Array }
  | { readonly kind: 'close'; readonly closed: Closed }

export class TransportLog implements TransportEvents {
  readonly events: Noted[] = []
  /** What the test does inside the open event. */
  onOpen: () => void = () => undefined
  readonly #waiting = new Set<() => void>()

  open(): void {
    this.onOpen()
    this.#note({ kind: 'open' })
  }

  text(frame: string): void {
    this.#note({ kind: 'text', frame })
  }

  binary(frame: Uint8Array): void {
    this.#note({ kind: 'binary', frame })
  }

  activity(): void {
    this.#note({ kind: 'activity' })
  }

  drained(): void {
    this.#note({ kind: 'drained' })
  }

  close(closed: Closed): void {
    this.#note({ kind: 'close', closed })
  }

  all<Kind extends Noted['kind']>(kind: Kind): Extract<Noted, { readonly kind: Kind }>[] {
    return this.events.filter((event): event is Extract<Noted, { readonly kind: Kind }> => event.kind === kind)
  }

  /** The `count`-th event of a kind. */
  async next<Kind extends Noted['kind']>(
    kind: Kind,
    { count = 1, withinMs = 5_000 } = {},
  ): Promise<Extract<Noted, { readonly kind: Kind }>> {
    const deadline = performance.now() + withinMs
    for (;;) {
      const found = this.all(kind)[count - 1]
      if (found !== undefined) return found
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) throw new Error(`No '${kind}' event within ${withinMs} ms`)
      await this.#change(leftMs)
    }
  }

  #note(event: Noted): void {
    this.events.push(event)
    for (const wake of [...this.#waiting]) wake()
  }

  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, withinMs)
      this.#waiting.add(wake)
    })
  }
}
