/** What happened in a run, as lines, and their hash: two runs of one seed must agree on every character. */
export class Trace {
  readonly #now: () => number
  readonly lines: string[] | undefined
  #high = 0xdeadbeef
  #low = 0x41c6ce57

  /** @param keeps whether lines are kept, or only hashed. */
  constructor(now: () => number, keeps: boolean) {
    this.#now = now
    this.lines = keeps ? [] : undefined
  }

  add(text: string): void {
    const line = `${this.#now().toFixed(3)} ${text}`
    this.lines?.push(line)
    // cyrb53: two 32-bit halves, enough to tell two runs apart.
    for (let index = 0; index < line.length; index++) {
      const code = line.charCodeAt(index)
      this.#high = Math.imul(this.#high ^ code, 2_654_435_761)
      this.#low = Math.imul(this.#low ^ code, 1_597_334_677)
    }
  }

  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }
}
