/**
 * The package manager that runs this command, as `npx` and `npm start` do. It dies of a SIGTERM without passing it on,
 * and so does its shell: this ends the command with it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { systemClock } from '../std/time/clock.js'

const SHELLS = ['sh', 'dash', 'bash', 'zsh', 'busybox', 'ash']
const CHECK_MS = 500

/** Runs `onGone` once the package manager has ended. Does nothing when none runs this command. */
export function whenLauncherIsGone(onGone: () => void): void {
  // Set by npm, and by the others for its sake.
  if (process.env['npm_lifecycle_event'] === undefined) return
  const launcher = launcherPid()
  if (launcher === undefined) return
  const check = (): void => {
    if (isAlive(launcher)) systemClock.after(CHECK_MS, check, 'background')
    else onGone()
  }
  check()
}

/** The parent, or the one above the shell in between: a script may leave a command in the background and end. */
function launcherPid(): number | undefined {
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
    // It has ended, or the system does not say.
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
    // It belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
