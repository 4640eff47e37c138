/**
 * The orders of the tutorial on real processes: a durable local engine, workers that serve the workflow, and a client that
 * starts runs. Engine and workers are killed at any moment, and replaced at once.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { orderWorkflow, payment, type Order, type Services } from '../../examples/durable-order/order.js'
import { registerWorker, type III } from '../../src/index.js'
import { startWorkflow, workflowRun, type RunHistory, type RunStatus } from '../../src/entry/workflow.js'
import type { Child } from './child.js'
import { runChild, runCli } from './compiled-project.js'
import { temporaryFolder } from './temporary-folder.js'

/** An effect of a step, written when it began, or the end of a run as its client saw it. */
export interface Logged {
  readonly run: string
  readonly what: string
  readonly id?: string
  readonly key?: string
}

/** What the client knows of a run that has ended. */
export interface EndedRun {
  readonly order: Order
  /** The result, or the message of the error. */
  readonly seen: unknown
  readonly status: RunStatus
  readonly history: RunHistory
}

/** The client starts, signals and reads runs; it performs no step. */
const workflow = orderWorkflow({} as Services)

const WORKERS = 3

export class OrderStage {
  readonly #file: string
  readonly #client: III
  readonly #engine: () => Child
  readonly #worker: () => Child
  /** The engine comes first. */
  readonly #processes: Child[]

  private constructor(folder: string, port: number) {
    const url = `ws://127.0.0.1:${String(port)}`
    const ports = ['--port', String(port), '--http-port', '0', '--stream-port', '0', '--no-console']
    this.#file = join(folder, 'effects')
    this.#engine = () => runCli(['engine', ...ports, '--data', join(folder, 'data')])
    this.#worker = () => runChild('order-worker', [url, this.#file])
    this.#processes = [this.#engine(), ...Array.from({ length: WORKERS }, this.#worker)]
    this.#client = registerWorker(url, { workerName: 'client', otel: { enabled: false }, diagnostics: 'silent' })
    onTestFinished(() => this.#client.shutdown())
  }

  static async start(): Promise<OrderStage> {
    const stage = new OrderStage(await temporaryFolder(), await freePort())
    await stage.ready()
    return stage
  }

  /** Output of processes that have ended by themselves. */
  readonly failures: string[] = []

  /** Kills the engine or one of the workers, and starts its successor. */
  async kill(index: number): Promise<void> {
    const victim = this.#processes[index]
    const { code } = (await victim?.stop('SIGKILL')) ?? {}
    if (code !== null) this.failures.push(victim?.output ?? '')
    this.#processes[index] = index === 0 ? this.#engine() : this.#worker()
  }

  /** Waits until the engine serves. */
  async ready(): Promise<void> {
    await this.#processes[0]?.says(/Press Ctrl-C to stop/)
  }

  /** Places an order, pays it, and waits until its run has ended. */
  async place(order: Order): Promise<EndedRun> {
    const run = await patiently(() => startWorkflow(this.#client, workflow, order, { runId: order.id }))
    await patiently(() => run.signal(payment, { card: 'visa' }))
    const seen: unknown = await patiently(() => run.result()).catch(
      (error: unknown) => (error as { detail?: string }).detail,
    )
    appendFileSync(this.#file, `${JSON.stringify({ run: order.id, what: 'ended' } satisfies Logged)}\n`)
    return { order, seen, status: await patiently(() => run.status()), history: await patiently(() => run.history()) }
  }

  /** Reads the end of a run once more. */
  status(id: string): Promise<RunStatus> {
    return patiently(() => workflowRun(this.#client, workflow, id).status())
  }

  /** All that was logged, in the order in which it happened. */
  logged(): Logged[] {
    const lines = readFileSync(this.#file, 'utf8').trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Logged)
  }
}

/** Engines that are killed in a row may not be reached for longer than a request waits. */
async function patiently<T>(request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request()
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== 'TIMEOUT' && code !== 'CONNECTION_LOST') throw error
    }
  }
}

/**
 * A port below those that systems give to outgoing connections: otherwise a connection to the killed engine could take its
 * port.
 */
export async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  const server = createServer()
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })
  if (!isFree) return freePort()
  await new Promise((resolve) => server.close(resolve))
  return port
}
