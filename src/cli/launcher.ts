/**
 * Watches the package manager that runs this command, as `npx` and `npm start` do. On SIGTERM it and its shell exit
 * without passing the signal on, so the command must stop when they are gone.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { systemClock } from '../std/time/clock.js'

const SHELLS = ['sh', 'dash', 'bash', 'zsh', 'busybox', 'ash']
const CHECK_MS = 500

/** Looked up before commands are loaded: it may exit meanwhile, and another process is the parent then. */
const LAUNCHER = launcherPid()

/** Runs `onGone` once the package manager has exited. Does nothing if the command was started without one. */
export function whenLauncherIsGone(onGone: () => void): void {
  const pid = LAUNCHER
  if (pid === undefined) return
  const check = (): void => {
    if (isAlive(pid)) systemClock.after(CHECK_MS, check, 'background')
    else onGone()
  }
  check()
}

/**
 * The parent process, or its parent if a shell is in between: a script may run a command in the background and exit.
 */
function launcherPid(): number | undefined {
  // Set by npm, and by other package managers for compatibility.
  if (process.env['npm_lifecycle_event'] === undefined) return undefined
  const parent = facts(process.ppid)
  if (parent === undefined) return undefined
  return SHELLS.includes(parent.name) ? parent.parent : process.ppid
}

interface ProcessFacts {
  readonly name: string
  readonly parent: number
}

function facts(pid: number): ProcessFacts | undefined {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
  } catch {
    // The process has exited, or the system gives no information.
    return undefined
  }
}

function fromProc(pid: number): ProcessFacts | undefined {
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) ?? []
  return name === undefined ? undefined : { name, parent: Number(parent) }
}

function fromPs(pid: number): ProcessFacts | undefined {
  const row = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
  const [, parent, name] = /^\s*(\d+)\s+(?:.*\/)?-?(\S+)/.exec(row) ?? []
  return name === undefined ? undefined : { name, parent: Number(parent) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // The process belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
