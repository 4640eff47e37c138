/** Records transport events and waits for the next of a kind. Every wait has a time limit. */
import type { Closed, TransportEvents } from '../../src/wire/transport/transport.js'
import { Changes } from './waiting.js'

export type Noted =
  | { readonly kind: 'open' | 'activity' | 'drained' }
  | { readonly kind: 'text'; readonly frame: string }
  | { readonly kind: 'binary'; readonly frame: Uint8Array }
  | { readonly kind: 'close'; readonly closed: Closed }

export class TransportLog implements TransportEvents {
  readonly events: Noted[] = []
  /** What the test does inside the open event. */
  onOpen: () => void = () => undefined
  readonly #changes = new Changes()

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
    { count = 1, withinMs }: { readonly count?: number; readonly withinMs?: number } = {},
  ): Promise<Extract<Noted, { readonly kind: Kind }>> {
    await this.#changes.until(
      () => this.all(kind).length >= count,
      () => `no '${kind}' event`,
      withinMs,
    )
    return this.all(kind)[count - 1]!
  }

  #note(event: Noted): void {
    this.events.push(event)
    this.#changes.changed()
  }
}
