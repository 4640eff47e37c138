/** `crowd.js <url>`: many workers in one process, each with functions that return their payload. */
import { registerWorker } from 'iii-node'
import { serveCommands } from './commands.js'
import { echo } from './side.js'

const url = process.argv[2] ?? ''

/** Number of workers that connect at a time, since the backlog of a listener is finite. */
const AT_ONCE = 50

export interface Crowd {
  /** Prefix of the names of workers and functions. */
  readonly prefix: string
  readonly workers: number
  readonly functionsPerWorker: number
}

/** Connects that many workers and returns the ids of all their functions, once the engine has registered every one. */
async function join({ prefix, workers, functionsPerWorker }: Crowd): Promise<string[]> {
  const functionIds: string[] = []
  for (let first = 0; first < workers; first += AT_ONCE) {
    const joining = Array.from({ length: Math.min(AT_ONCE, workers - first) }, (_, i) => {
      const name = `${prefix}-${first + i}`
      const worker = registerWorker(url, { workerName: name, otel: { enabled: false } })
      for (let n = 0; n < functionsPerWorker; n++) {
        const id = `${name}::echo-${n}`
        worker.registerFunction(id, echo)
        functionIds.push(id)
      }
      return worker.ready()
    })
    await Promise.all(joining)
  }
  return functionIds
}

serveCommands({ join })
