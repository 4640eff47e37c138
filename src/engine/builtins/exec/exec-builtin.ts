/**
 * `iii-exec`: runs commands beside the engine, such as those that start its workers. They run one after the other; one
 * that fails ends the row, and the last may run on. They end with the engine.
 */
import type { Builtin, EngineHost } from '../builtin.js'
import type { ExecConfig } from './exec-config.js'
import { FolderWatch } from './folder-watch.js'
import { ProcessGroup } from './process-group.js'

/** @param env the environment of the commands; by default that of this process. */
export function createExecBuiltin(host: EngineHost, config: ExecConfig, env: NodeJS.ProcessEnv = process.env): Builtin {
  let row: CommandRow | undefined
  return {
    name: 'iii-exec',
    description: 'Runs commands beside the engine',
    functions: [],
    triggerTypes: [],
    opened(url) {
      if (host.opensPorts) row = new CommandRow(host, config, { III_URL: url, ...env })
      else host.log.warn({}, 'The commands of `iii-exec` are not started, as this engine has no port')
    },
    start: () => Promise.resolve(),
    stop: () => row?.end() ?? Promise.resolve(),
  }
}

/** The commands of one engine. */
class CommandRow {
  readonly #host: EngineHost
  readonly #commands: readonly string[]
  readonly #env: NodeJS.ProcessEnv
  readonly #watch: FolderWatch | undefined
  #running: ProcessGroup | undefined
  /** Settles once the commands of the last start have ended. */
  #run: Promise<void>
  /** Counts starts; an earlier start runs no further command. */
  #round = 0
  /** Ends the commands when this process exits unexpectedly. */
  readonly #kill = (): void => this.#running?.kill()

  constructor(host: EngineHost, { exec, watch: watched }: ExecConfig, env: NodeJS.ProcessEnv) {
    this.#host = host
    this.#commands = exec
    this.#env = env
    if (watched.length > 0)
      this.#watch = new FolderWatch(process.cwd(), { watched, onChange: (files) => this.#restart(files.at(-1) ?? '') })
    process.once('exit', this.#kill)
    this.#run = this.#start(this.#round)
  }

  async end(): Promise<void> {
    this.#round += 1
    this.#watch?.close()
    await this.#running?.end()
    await this.#run
    process.off('exit', this.#kill)
  }

  #restart(file: string): void {
    this.#host.log.info({ file }, 'A watched file has changed; the commands of `iii-exec` start again')
    const round = (this.#round += 1)
    const ended = Promise.all([this.#running?.end(), this.#run])
    this.#run = ended.then(() => this.#start(round))
  }

  async #start(round: number): Promise<void> {
    for (const command of this.#commands) {
      if (round !== this.#round) return
      this.#host.log.info({ command }, 'A command of `iii-exec` starts')
      this.#running = new ProcessGroup(command, this.#env, this.#host.clock)
      const failure = await this.#running.ended
      if (failure === undefined) continue
      if (round === this.#round)
        this.#host.log.error({ command, reason: failure }, 'A command of `iii-exec` failed; those after it do not run')
      return
    }
  }
}
