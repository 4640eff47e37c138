/**
 * The `iii-node` command: the streams and signals of the process.
 */
import { whenLauncherIsGone } from './launcher.js'
import { wantsColour, type Terminal } from './command.js'
import { runCommandLine } from './command-line.js'

const terminal: Terminal = {
  out: (line) => {
    console.log(line)
  },
  err: (line) => {
    console.error(line)
  },
  clear: () => {
    // Clears the screen and the scrollback, and moves the cursor to the top.
    if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[3J\u001b[H')
  },
  stdin: process.stdin,
  isTty: process.stderr.isTTY,
  isColoured: wantsColour(process.stderr.isTTY, process.env),
  screen: process.stdout.isTTY
    ? {
        // A terminal without a window, such as that of a recorder, reports 0.
        columns: process.stdout.columns > 0 ? process.stdout.columns : 80,
        rows: process.stdout.rows > 0 ? process.stdout.rows : 24,
        isColoured: wantsColour(process.stdout.isTTY, process.env),
      }
    : undefined,
  interrupted: () =>
    new Promise((resolve) => {
      whenLauncherIsGone(resolve)
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => {
          resolve()
        })
      }
    }),
}

// The reader of a pipe, such as `head`, may leave before the end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runCommandLine(process.argv.slice(2), terminal)
