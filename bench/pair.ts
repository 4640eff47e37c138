/** A caller and a callee of one side, each in its own process, over one router. */
import type { Contender } from './contender.js'
import { MeasuredProcess } from './measured-process.js'
import type { LoadResult } from './processes/end.js'

export interface PairLoad {
  readonly calls: number
  readonly inFlight: number
  readonly payloadBytes: number
}

export interface PairResult {
  /** CPU of both ends per call, in microseconds. */
  readonly cpuUsPerCall: number
  /** CPU of the callee alone. */
  readonly calleeUsPerCall: number
  readonly medianCallUs: number
  readonly callsPerSecond: number
}

export class Pair implements AsyncDisposable {
  readonly label: string
  readonly caller: MeasuredProcess
  readonly callee: MeasuredProcess

  private constructor(label: string, caller: MeasuredProcess, callee: MeasuredProcess) {
    this.label = label
    this.caller = caller
    this.callee = callee
  }

  /** Starts both ends and waits until a call succeeds. */
  static async start({ label, side, root }: Contender, url: string): Promise<Pair> {
    const callee = await MeasuredProcess.start('end', [side, url], root)
    const caller = await MeasuredProcess.start('end', [side, url], root)
    await callee.tell('serve', functionOf(label))
    await caller.tell('reach', functionOf(label))
    return new Pair(label, caller, callee)
  }

  async run(load: PairLoad): Promise<PairResult> {
    const calleeBefore = await this.callee.cpuMs()
    const { cpuMs, medianCallUs, wallMs } = await this.caller.tell<LoadResult>('run', {
      ...load,
      functionIds: [functionOf(this.label)],
    })
    const calleeMs = (await this.callee.cpuMs()) - calleeBefore
    return {
      cpuUsPerCall: ((cpuMs + calleeMs) * 1000) / load.calls,
      calleeUsPerCall: (calleeMs * 1000) / load.calls,
      medianCallUs,
      callsPerSecond: (load.calls * 1000) / wallMs,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller[Symbol.asyncDispose]()
    await this.callee[Symbol.asyncDispose]()
  }
}

const functionOf = (label: string): string => `bench::${label}::echo`
