/**
 * An engine that is killed and comes back on its port, and the workers that it serves, each in a process of its own.
 * Knows the commands of each process. The test itself decides how the connections between them break.
 */
import { onTestFinished } from 'vitest'
import { ChildActor } from '../../kit/child-actor.js'
import { childCommand } from '../../kit/compiled-project.js'

/** Starts a process that can play any part; it is gone when the test ends. */
export async function chaosActor(name: string): Promise<ChildActor> {
  const actor = new ChildActor(name, childCommand('chaos-process'))
  onTestFinished(async () => {
    actor.kill()
    await actor.exited
  })
  return actor.started()
}

export class MortalEngine {
  readonly port: number
  #engine: ChildActor
  /** A started process that listens once its predecessor is dead, so the port is closed for milliseconds only. */
  #spare: Promise<ChildActor>
  kills = 0

  private constructor(port: number, engine: ChildActor) {
    this.port = port
    this.#engine = engine
    this.#spare = chaosActor('engine 1')
  }

  static async start(): Promise<MortalEngine> {
    const engine = await chaosActor('engine 0')
    return new MortalEngine(await engine.do<number>('engine', { port: 0 }), engine)
  }

  /** SIGKILL, and another engine on the same port that knows nothing of this one. */
  async killAndReplace(): Promise<void> {
    this.#engine.kill()
    await this.#engine.exited
    this.kills += 1
    this.#engine = await this.#spare
    this.#spare = chaosActor(`engine ${String(this.kills + 1)}`)
    this.#spare.catch(() => undefined)
    await this.#engine.do('engine', { port: this.port })
  }

  pendingCalls(): Promise<number> {
    return this.#engine.do('pending')
  }
}
