/**
 * The local engine at a given size: a number of workers, functions and pending calls, and one caller that calls all
 * functions in turn. The cost of one call is measured in each of the three processes.
 */
import { PROJECT } from './project.js'
import { MeasuredProcess } from './measured-process.js'
import type { Crowd } from './processes/crowd.js'
import type { Load, LoadResult } from './processes/end.js'
import { until } from './until.js'

export interface Size {
  readonly workers: number
  readonly functionsPerWorker: number
  readonly pendingCalls: number
  readonly payloadBytes: number
}

export interface CallCost {
  readonly engineUs: number
  /** Of the caller and the called workers, in total. */
  readonly endsUs: number
  readonly callsPerSecond: number
}

const IN_FLIGHT = 64
/** Fewer calls are in flight when their payloads are large, since a client limits the bytes that wait to be sent. */
const MAX_BYTES_IN_FLIGHT = 8 * 1024 * 1024

interface Processes {
  readonly engine: MeasuredProcess
  readonly crowd: MeasuredProcess
  readonly silent: MeasuredProcess
  readonly caller: MeasuredProcess
}

export class Stage implements AsyncDisposable {
  readonly label: string
  readonly #size: Size
  readonly #processes: Processes
  readonly #functionIds: readonly string[]

  private constructor(label: string, size: Size, started: { processes: Processes; functionIds: readonly string[] }) {
    this.label = label
    this.#size = size
    this.#processes = started.processes
    this.#functionIds = started.functionIds
  }

  /** @param root the checkout of the engine and the workers. */
  static async start(label: string, size: Size, root = PROJECT): Promise<Stage> {
    const engine = await MeasuredProcess.start('engine', [], root)
    const url = await engine.tell<string>('url')
    const processes = {
      engine,
      crowd: await MeasuredProcess.start('crowd', [url], root),
      silent: await MeasuredProcess.start('silent', [url]),
      caller: await MeasuredProcess.start('end', ['ours', url], root),
    }
    const crowd: Crowd = { prefix: 'crowd', ...size }
    const functionIds = await processes.crowd.tell<string[]>('join', crowd)
    await processes.caller.tell('reach', functionIds[0])
    const stage = new Stage(label, size, { processes, functionIds })
    await stage.#hold(size.pendingCalls)
    return stage
  }

  async run(calls: number): Promise<CallCost> {
    const { engine, crowd, caller } = this.#processes
    const { payloadBytes } = this.#size
    const inFlight = Math.min(IN_FLIGHT, Math.ceil(MAX_BYTES_IN_FLIGHT / payloadBytes))
    const load: Load = { functionIds: this.#functionIds, calls, inFlight, payloadBytes }
    const before = await Promise.all([engine.cpuMs(), crowd.cpuMs()])
    const { cpuMs, wallMs } = await caller.tell<LoadResult>('run', load)
    const after = await Promise.all([engine.cpuMs(), crowd.cpuMs()])
    return {
      engineUs: ((after[0] - before[0]) * 1000) / calls,
      endsUs: ((cpuMs + after[1] - before[1]) * 1000) / calls,
      callsPerSecond: (calls * 1000) / wallMs,
    }
  }

  engineHeapBytes(): Promise<number> {
    return this.#processes.engine.heapBytes()
  }

  async #hold(pendingCalls: number): Promise<void> {
    const { silent, caller } = this.#processes
    const functionId = 'bench::silent'
    await silent.tell('serve', functionId)
    await caller.tell('hold', { functionId, calls: pendingCalls })
    await until(`${pendingCalls} calls to arrive`, async () => (await silent.tell<number>('taken')) >= pendingCalls)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { engine, crowd, silent, caller } = this.#processes
    for (const process of [caller, crowd, silent, engine]) await process[Symbol.asyncDispose]()
  }
}
