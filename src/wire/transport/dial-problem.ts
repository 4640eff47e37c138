/** What the error of a failed dial in Node means. */
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'

/** Why a dial failed and what to do, in one sentence or two. Addresses appear without credentials. */
export function dialProblem(cause: Error, dialled: string): string {
  const url = addressWithoutCredentials(dialled)
  const code = 'code' in cause ? String(cause.code) : ''
  if (code === 'ECONNREFUSED')
    return `There is no engine at ${url} (ECONNREFUSED). Start one with \`npx iii-node engine\`, or check the address`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The host of ${url} was not found (${code}). Check the address`
  if (isSecure(dialled) && isNoTls(cause, code)) return `${url} does not use TLS. Use ws:// instead of wss://`
  if (code === 'ECONNRESET' || code.startsWith('HPE_')) {
    const scheme = isSecure(dialled) ? '' : ' If it uses TLS, use wss:// in the address'
    return `${url} closed the connection during the handshake (${code}), as a port for something else does.${scheme}`
  }
  return `The connection to ${url} failed: ${cause.message}`
}

function isSecure(address: string): boolean {
  return /^(?:wss|https):/i.test(address)
}

/** The message of OpenSSL when the server answers the TLS handshake in plain text. */
function isNoTls({ message }: Error, code: string): boolean {
  return (
    code === 'EPROTO' ||
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    /wrong version number|packet length too long/.test(message)
  )
}
