/** Waits of tests: for events, for conditions, and for work that stalls. Every wait has a time limit. */

const LIMIT_MS = 5_000
/** How long a count has to stay the same before its work counts as stalled. */
const STALL_MS = 300

/** Waits for conditions that change with events. The recorder of the events calls `changed`. */
export class Changes {
  readonly #checks = new Set<() => void>()

  changed(): void {
    for (const check of [...this.#checks]) check()
  }

  /** Resolves once the condition holds. Rejects at the limit, with the description of what was missing. */
  until(holds: () => boolean, missing: () => string, limitMs = LIMIT_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        this.#checks.delete(check)
        settle()
      }
      const check = (): void => {
        if (holds()) end(resolve)
      }
      const late = (): void => end(() => reject(new Error(`${missing()} within ${String(limitMs)} ms`)))
      // eslint-disable-next-line local/real-time -- the limit of a wait for sockets and processes
      const timer = setTimeout(late, limitMs)
      this.#checks.add(check)
      check()
    })
  }
}

/** Waits until a condition holds, in ticks of the event loop. */
export async function until(holds: () => boolean, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`the condition did not hold within ${String(limitMs)} ms`)
    await nextTick()
  }
}

/** Lets sockets and callbacks that are due run. */
export async function nextTick(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** Waits until a count has stopped growing, as it does when buffers are full. */
export async function stalled(count: () => number, stallMs = STALL_MS): Promise<void> {
  for (let before: number | undefined; before !== count();) {
    before = count()
    // eslint-disable-next-line local/real-time -- full buffers of the system give no event
    await new Promise((resolve) => setTimeout(resolve, stallMs))
  }
}
