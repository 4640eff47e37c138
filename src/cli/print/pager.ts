/** Shows long output in the pager of the user: `PAGER`, else `less`. */
import { spawn } from 'node:child_process'
import type { Terminal } from '../command.js'

/** Prints the lines at once if the pager cannot be started. */
export function showInPager(lines: readonly string[], terminal: Terminal): Promise<void> {
  const command = process.env['PAGER'] ?? 'less'
  // Colours, no clearing, and an end at the end of a short text.
  const env = { LESS: 'FRX', ...process.env }
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env })
    child.once('error', () => {
      for (const line of lines) terminal.out(line)
      resolve()
    })
    child.once('close', (code) => {
      // A shell ends with 127 when there is no such command.
      if (code === 127) for (const line of lines) terminal.out(line)
      resolve()
    })
    // The reader may leave before the end.
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${lines.join('\n')}\n`)
  })
}
