/**
 * Durations by size, in fixed memory: eight steps per doubling from a microsecond to over an hour, so percentiles are
 * accurate to about 6 %. Adding one takes a few operations and allocates nothing.
 */

/** Steps per doubling, as a power of two. */
const STEP_BITS = 3
const STEPS = 1 << STEP_BITS
const MAX_MICROS = 2 ** 32 - 1
const SIZE = indexOf(MAX_MICROS) + 1

export class DurationHistogram {
  readonly #counts = new Float64Array(SIZE)
  #count = 0
  #sumMs = 0
  #minMs = Infinity
  #maxMs = 0

  add(durationMs: number): void {
    const index = indexOf(Math.min(Math.max(0, durationMs) * 1000, MAX_MICROS))
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#count += 1
    this.#sumMs += durationMs
    if (durationMs < this.#minMs) this.#minMs = durationMs
    if (durationMs > this.#maxMs) this.#maxMs = durationMs
  }

  get meanMs(): number {
    return this.#count === 0 ? 0 : this.#sumMs / this.#count
  }

  get minMs(): number {
    return this.#count === 0 ? 0 : this.#minMs
  }

  get maxMs(): number {
    return this.#maxMs
  }

  /** The duration that this share of all does not exceed, between the shortest and the longest; 0 without any. */
  percentileMs(share: number): number {
    if (this.#count === 0) return 0
    let left = Math.max(1, Math.ceil(this.#count * share))
    const index = this.#counts.findIndex((count) => (left -= count) <= 0)
    return Math.min(this.#maxMs, Math.max(this.#minMs, middleMicros(index) / 1000))
  }
}

/** Below 8 µs each microsecond has its own bucket; above, each doubling has eight. */
function indexOf(micros: number): number {
  const whole = Math.floor(micros)
  if (whole < STEPS) return whole
  const exponent = 31 - Math.clz32(whole)
  return (exponent - STEP_BITS + 1) * STEPS + ((whole >>> (exponent - STEP_BITS)) & (STEPS - 1))
}

function middleMicros(index: number): number {
  if (index < STEPS) return index + 0.5
  const exponent = Math.floor(index / STEPS) + STEP_BITS - 1
  const width = 2 ** (exponent - STEP_BITS)
  return (STEPS + (index % STEPS) + 0.5) * width
}
