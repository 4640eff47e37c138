/**
 * The cost of a call in the router: the local engine against the bare relay, both with the same bare ends, so that only
 * the router differs.
 */
import { contenders, here, type Contender } from '../contender.js'
import { Group } from '../group.js'
import { MeasuredProcess } from '../measured-process.js'
import { Pair, type PairLoad } from '../pair.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Figure, Suite } from '../suite.js'

const SMALL = { calls: 20_000, inFlight: 64, payloadBytes: 16 }
const LARGE = { calls: 5000, inFlight: 64, payloadBytes: 4096 }

/** A router and the ends that use it. */
class Route implements AsyncDisposable {
  readonly label: string
  readonly #router: MeasuredProcess
  readonly #pair: Pair

  private constructor(label: string, router: MeasuredProcess, pair: Pair) {
    this.label = label
    this.#router = router
    this.#pair = pair
  }

  static readonly start = async ({ label, side, root }: Contender): Promise<Route> => {
    const router = await MeasuredProcess.start(side, [], root)
    return new Route(label, router, await Pair.start(here('raw'), await router.tell<string>('url')))
  }

  /** CPU of the router per call, in microseconds. */
  async run(load: PairLoad): Promise<number> {
    const before = await this.#router.cpuMs()
    await this.#pair.run(load)
    return (((await this.#router.cpuMs()) - before) * 1000) / load.calls
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pair[Symbol.asyncDispose]()
    await this.#router[Symbol.asyncDispose]()
  }
}

export const engineCost: Suite = {
  id: 'p8',
  title: 'CPU of the router per call, 64 in flight',
  async run(options) {
    await using routes = await Group.start(
      contenders(options, ['relay', 'engine', 'test-engine'], 'engine'),
      Route.start,
    )
    const measure = async (load: PairLoad): Promise<Pick<Figure, 'unit' | 'series' | 'base'>> => {
      const { rounds, calls = load.calls } = options
      const results = await interleave(routes.list, { rounds }, (route) => route.run({ ...load, calls }))
      return { unit: 'µs', series: seriesOf(results, (us) => us), base: 'relay' }
    }
    return [
      { ...(await measure(SMALL)), name: 'for small calls', goal: { of: 'engine', limit: 1.5, want: 'at most' } },
      {
        ...(await measure(LARGE)),
        name: 'the same with 4 KiB payloads',
        goal: { of: 'engine', limit: 1.15, want: 'at most' },
      },
    ]
  },
}
