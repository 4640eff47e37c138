/** Starts and closes engines as tests do, one after another, and reports how long each took to be ready. */
import { createTestEngine } from 'iii-node/testing'
import { serveCommands } from './commands.js'

async function start(times: number): Promise<number[]> {
  const readyMs: number[] = []
  for (let n = 0; n < times; n++) {
    const startedAt = performance.now()
    const engine = await createTestEngine()
    readyMs.push(performance.now() - startedAt)
    await engine.close()
  }
  return readyMs
}

serveCommands({ start })
