/**
 * Starts `iii-node engine` as a process of its own, as it is in production, and tells where it listens.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface LocalEngine {
  /** For workers. */
  readonly url: string
  /** For HTTP requests. */
  readonly httpUrl: string
  /** Asks the engine to stop and waits until it has. */
  stop(): Promise<void>
}

/** @param options options of `iii-node engine`, such as `--http-port 8080`. */
export async function startLocalEngine(options: readonly string[]): Promise<LocalEngine> {
  const command = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  const engine = spawn(process.execPath, ['--import', 'tsx', command, 'engine', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is for the service, which lets its workers finish before it stops the engine.
    detached: true,
  })
  const exited = new Promise<void>((resolve) => engine.once('exit', () => resolve()))
  const addresses = new Map<string, string>()
  for await (const line of createInterface({ input: engine.stdout })) {
    const [, name, address] = /^ {2}(\w+) +(\S+)$/.exec(line) ?? []
    if (name !== undefined && address !== undefined) addresses.set(name, address)
    if (line.startsWith('Press')) break
  }
  const url = addresses.get('workers')
  const httpUrl = addresses.get('http')
  if (url === undefined || httpUrl === undefined) throw new Error('The engine did not start; see its message above')
  const stop = (): Promise<void> => {
    engine.kill('SIGTERM')
    return exited
  }
  return { url, httpUrl, stop }
}
