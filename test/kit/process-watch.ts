/**
 * Measures the memory of a process and how long its event loop is blocked, without the effect of other work on the
 * machine: a tick counts with the smaller of its elapsed time and its CPU time.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectOnce = runInNewContext('gc') as () => void

/** Collects garbage, what finalizers and settled promises held included. */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    collectOnce()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Bytes on the heap that something still refers to. */
export async function heapBytes(): Promise<number> {
  await collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Bytes of the heap and of the buffers outside of it that something still refers to. */
export async function heldBytes(): Promise<number> {
  await collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Growth up to this is noise: neither leaks nor caps are tested that closely. */
const NOISE_BYTES = 16 * 1024 * 1024

/**
 * Resident memory at its most, without garbage: before a new peak counts, garbage is collected. On a busy machine the
 * engine of JavaScript collects late, and the process then holds much that nothing refers to.
 */
export class MemoryPeak {
  #startBytes = process.memoryUsage.rss()
  #peakBytes = this.#startBytes

  get bytes(): number {
    return this.#peakBytes
  }

  get grownBytes(): number {
    return this.#peakBytes - this.#startBytes
  }

  /** Looks at the memory now; call it often. */
  sample(): void {
    if (process.memoryUsage.rss() <= Math.max(this.#peakBytes, this.#startBytes + NOISE_BYTES)) return
    collectOnce()
    this.#peakBytes = Math.max(this.#peakBytes, process.memoryUsage.rss())
  }

  /** Forgets the peak so far. */
  restart(): void {
    this.#startBytes = process.memoryUsage.rss()
    this.#peakBytes = this.#startBytes
  }
}

export class ProcessWatch {
  /** The longest tick so far. */
  longestTurnMs = 0
  /** What was done in it. */
  longestTurn = ''
  readonly #memory = new MemoryPeak()

  /** Resident memory now is what growth is counted from. */
  async begin(): Promise<void> {
    await collectGarbage()
    this.#memory.restart()
  }

  /** Resident memory at its most, above that of the start. */
  get grownBytes(): number {
    return this.#memory.grownBytes
  }

  /** Does something that ends within one turn of the event loop, all its promises included, and measures it. */
  async turn(what: string, work: () => void): Promise<void> {
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
    work()
    await new Promise((resolve) => setImmediate(resolve))
    const clockMs = performance.now() - startedAt
    const { user, system } = process.cpuUsage(cpu)
    const tookMs = Math.min(clockMs, (user + system) / 1000)
    if (tookMs > this.longestTurnMs) {
      this.longestTurnMs = tookMs
      this.longestTurn = what
    }
    this.#memory.sample()
  }
}
