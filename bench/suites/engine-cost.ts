/**
 * What a call costs the process in the middle: the local engine against the bare relay, both driven by the same bare
 * ends, so that only the router differs.
 */
import { MeasuredProcess } from '../measured-process.js'
import { Pair } from '../pair.js'
import { interleave } from '../rounds.js'
import type { Suite } from '../suite.js'

const LOAD = { calls: 20_000, inFlight: 64, payloadBytes: 16 }

/** A router and the ends that drive it. */
class Route implements AsyncDisposable {
  readonly side: string
  readonly #router: MeasuredProcess
  readonly #pair: Pair

  private constructor(side: string, router: MeasuredProcess, pair: Pair) {
    this.side = side
    this.#router = router
    this.#pair = pair
  }

  static async start(side: 'relay' | 'engine'): Promise<Route> {
    const router = await MeasuredProcess.start(side)
    return new Route(side, router, await Pair.start('raw', await router.tell<string>('url')))
  }

  /** CPU of the router per call, in microseconds. */
  async run(calls: number): Promise<number> {
    const before = await this.#router.cpuMs()
    await this.#pair.run({ ...LOAD, calls })
    return (((await this.#router.cpuMs()) - before) * 1000) / calls
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pair[Symbol.asyncDispose]()
    await this.#router[Symbol.asyncDispose]()
  }
}

export const engineCost: Suite = {
  id: 'p8',
  title: 'CPU of the router per call, 64 in flight',
  async run({ rounds, calls = LOAD.calls }) {
    await using relay = await Route.start('relay')
    await using engine = await Route.start('engine')
    const figures = await interleave([relay, engine], rounds, (route) => route.run(calls))
    const series = [...figures].map(([{ side }, values]) => ({ side, values }))
    return { unit: 'µs', series, ratio: { of: 'engine', to: 'relay', target: 1.5 } }
  },
}
