/** Opens the port of a server, and says in a coded error why it cannot be opened. */
import type { Server } from 'node:net'
import { ErrorCode, RuntimeError } from '../../errors.js'

/**
 * Resolves once the server listens.
 * @throws {RuntimeError} `PORT_IN_USE`, or `LISTEN_FAILED` for an address of another machine, an unknown host name or a
 * port that this process may not open.
 */
export function bound(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE'
      const code = isTaken ? ErrorCode.PORT_IN_USE : ErrorCode.LISTEN_FAILED
      const text = isTaken
        ? `Port ${String(port)} on ${host} is in use. Stop the process that holds it, or choose another port.`
        : `Port ${String(port)} on ${host} cannot be opened: ${REASONS[cause.code ?? ''] ?? cause.message}.`
      reject(new RuntimeError(code, text, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this process may not open it. Choose a port from 1024, or grant the permission',
  EADDRNOTAVAIL: 'the address is not one of this machine. Use one of its addresses, or 0.0.0.0 for all',
  ENOTFOUND: 'the host name is unknown. Use a name or an address of this machine, or 0.0.0.0 for all addresses',
}
