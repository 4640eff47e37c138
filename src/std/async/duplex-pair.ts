/**
 * Two joined byte streams in memory: one reads what the other writes, with backpressure. Destroying a side destroys the
 * other, as with a cut connection.
 */
import { Duplex } from 'node:stream'

class Side extends Duplex {
  other: Side | undefined
  /** Accepts the next write of the other side. */
  #onRead: (() => void) | undefined

  override _read(): void {
    const onRead = this.#onRead
    this.#onRead = undefined
    onRead?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { other } = this
    // `push` of an empty piece delivers nothing.
    if (other === undefined || other.destroyed || chunk.length === 0) process.nextTick(done)
    else other.#take(chunk, done)
  }

  override _final(done: () => void): void {
    const { other } = this
    if (other === undefined || other.destroyed) {
      done()
      return
    }
    // Finished once everything was read: a side with both directions finished is destroyed.
    other.once('end', done)
    other.push(null)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { other } = this
    process.nextTick(() => other?.destroy())
    done(error)
  }

  #take(chunk: Buffer, done: () => void): void {
    if (this.push(chunk)) process.nextTick(done)
    else this.#onRead = done
  }
}

/** Creates a pair. Neither side keeps the process alive. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const [left, right] = [new Side(), new Side()]
  left.other = right
  right.other = left
  return [left, right]
}
