/** A caller and a callee of one side, each in a process of its own, over one router. */
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
  readonly medianCallUs: number
  readonly callsPerSecond: number
}

export class Pair implements AsyncDisposable {
  readonly side: string
  readonly caller: MeasuredProcess
  readonly callee: MeasuredProcess

  private constructor(side: string, caller: MeasuredProcess, callee: MeasuredProcess) {
    this.side = side
    this.caller = caller
    this.callee = callee
  }

  /** Starts both ends and waits until a call goes through. */
  static async start(side: string, url: string): Promise<Pair> {
    const callee = await MeasuredProcess.start('end', [side, url])
    const caller = await MeasuredProcess.start('end', [side, url])
    await callee.tell('serve', functionOf(side))
    await caller.tell('reach', functionOf(side))
    return new Pair(side, caller, callee)
  }

  async run(load: PairLoad): Promise<PairResult> {
    const calleeBefore = await this.callee.cpuMs()
    const { cpuMs, medianCallUs, wallMs } = await this.caller.tell<LoadResult>('run', {
      ...load,
      functionId: functionOf(this.side),
    })
    const calleeMs = (await this.callee.cpuMs()) - calleeBefore
    return {
      cpuUsPerCall: ((cpuMs + calleeMs) * 1000) / load.calls,
      medianCallUs,
      callsPerSecond: (load.calls * 1000) / wallMs,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller[Symbol.asyncDispose]()
    await this.callee[Symbol.asyncDispose]()
  }
}

/** Pairs of several sides on one router, ended together. */
export class Pairs implements AsyncDisposable {
  readonly list: readonly Pair[]

  private constructor(list: readonly Pair[]) {
    this.list = list
  }

  static async start(sides: readonly string[], url: string): Promise<Pairs> {
    const list: Pair[] = []
    for (const side of sides) list.push(await Pair.start(side, url))
    return new Pairs(list)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.list.map((pair) => pair[Symbol.asyncDispose]()))
  }
}

const functionOf = (side: string): string => `bench::${side}::echo`
