/** Opens an address in the browser of the system. */
import { spawn } from 'node:child_process'

/** The command that opens an address, by platform. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  // The empty argument is the title of the window.
  win32: ['cmd', '/c', 'start', '""'],
}

/** @param onFailure runs when the system has no such command, or it failed. */
export function openBrowser(url: string, onFailure: () => void): void {
  const [command = 'xdg-open', ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', onFailure).once('exit', (code) => {
    if (code !== 0) onFailure()
  })
  child.unref()
}
