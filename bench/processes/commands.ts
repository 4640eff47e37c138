/**
 * Loaded into every measured process: performs commands of the parent over the IPC channel and answers each. Also
 * measures CPU and memory of the process, so that processes such as the engine need no change.
 */

export type Command = (argument: never) => unknown

interface Request {
  readonly id: number
  readonly name: string
  readonly argument: never
}

/** CPU of this process so far, user and system, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const commands = new Map<string, Command>(
  Object.entries({
    cpuMs,
    heapBytes() {
      if (globalThis.gc === undefined) throw new Error('start this process with --expose-gc')
      globalThis.gc()
      globalThis.gc()
      return process.memoryUsage().heapUsed
    },
    /** The peak resident memory of this process. */
    peakRssBytes: () => process.resourceUsage().maxRSS * 1024,
    exit: () => setImmediate(() => process.exit(0)),
  }),
)

/** Adds commands and notifies the parent that this process is ready for them. */
export function serveCommands(own: Readonly<Record<string, Command>>): void {
  for (const [name, command] of Object.entries(own)) commands.set(name, command)
  process.send?.({ ready: true })
}

async function perform({ id, name, argument }: Request): Promise<void> {
  try {
    const command = commands.get(name)
    if (command === undefined) throw new Error(`no such command: ${name}`)
    const value = await command(argument)
    process.send?.({ id, value: value === undefined ? null : value })
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

process.on('message', (request: Request) => void perform(request))
process.on('disconnect', () => process.exit(0))
