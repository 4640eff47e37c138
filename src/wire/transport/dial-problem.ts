/** What a failed dial in Node means and what to do, in one sentence or two. Addresses appear without credentials. */
import { assertNever } from '../../std/assert-never.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { HANDSHAKE_TIMEOUT_MS } from '../protocol/limits.js'
import { isSecureAddress, isUnixAddress } from './address.js'

/** In the addresses of channel ends. */
const CHANNELS_PATH = '/ws/channels/'

/** How far a dial came that led to no connection. */
export interface DialAttempt {
  /**
   * What it waited for: the proxy, the connection with TLS, the headers of the handshake, or the answer to the handshake.
   */
  readonly stage: 'proxy' | 'connection' | 'headers' | 'answer'
  /** The proxy that it goes through, without credentials. */
  readonly proxy?: string | undefined
  /** Whether this end gave up. */
  readonly wasCut: boolean
}

/** The error of a dial, or the status that refused it. */
export interface DialFailure {
  readonly cause: unknown
  readonly status?: number
}

/** What to report of a failed dial; nothing when the error of the socket says it all. */
export function dialProblem(dialled: string, attempt: DialAttempt, failure?: DialFailure): string | undefined {
  const url = addressWithoutCredentials(dialled)
  if (failure?.status !== undefined)
    return attempt.stage === 'proxy' ? proxyText(failure.status, attempt, url) : refusalText(failure.status, url)
  if (attempt.wasCut) return unanswered(attempt, url)
  return failure?.cause instanceof Error ? unreachable(failure.cause, dialled, attempt) : undefined
}

function refusalText(status: number, url: string): string {
  if (status === 404 && url.includes(CHANNELS_PATH))
    return 'The engine refused the channel with HTTP 404: the channel is unknown, over, or the key is wrong'
  const text = `The engine at ${url} refused the handshake with HTTP ${String(status)}`
  if (status === 401 || status === 403) return `${text}. Check the token or the headers that this worker sends`
  if (status === 431) return `${text}: the headers are too large. Send fewer or shorter \`headers\``
  if (status >= 500) return text
  return `${url} answers HTTP ${String(status)} instead of a WebSocket handshake: it is not the engine's port for workers. Check port and path (workers connect to 49134 by default)`
}

function proxyText(status: number, { proxy = '' }: DialAttempt, url: string): string {
  const advice = status === 407 ? '. Check user and password in the address of the proxy' : '. Check its rules'
  return `The proxy ${proxy} refused to connect to ${url} with HTTP ${String(status)}${advice}`
}

/** A dial that took too long, by what it waited for. */
function unanswered({ stage, proxy = '' }: DialAttempt, url: string): string {
  const within = `within ${String(HANDSHAKE_TIMEOUT_MS / 1000)} s`
  switch (stage) {
    case 'proxy':
      return `The proxy ${proxy} opened no connection to ${url} ${within}. Check the address of the proxy, and that it may reach the engine`
    case 'connection':
      return `There was no connection to ${url} ${within}. Check the address, firewalls in between, and whether the port uses TLS`
    case 'headers':
      return `The function \`headers\` returned nothing ${within}, so the handshake with ${url} was not sent. Give it a time limit`
    case 'answer':
      return `${url} did not answer the handshake ${within}, as a port for something else does. Check the port`
    default:
      return assertNever(stage)
  }
}

function unreachable(cause: Error, dialled: string, attempt: DialAttempt): string {
  const url = addressWithoutCredentials(dialled)
  const code = 'code' in cause ? String(cause.code) : ''
  if (attempt.stage === 'proxy')
    return `The proxy ${attempt.proxy ?? ''} could not be used: ${cause.message}. Check its address and that it runs`
  if (isUnixAddress(dialled))
    return `The Unix socket of ${url} cannot be used (${code}). Check the path, its permissions, and that the engine runs`
  if (code === 'ECONNREFUSED')
    return `There is no engine at ${url} (ECONNREFUSED). Start one with \`npx iii-node engine\`, or check the address`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The host of ${url} was not found (${code}). Check the address`
  const text = isSecureAddress(dialled) ? tlsText(cause, code, attempt) : undefined
  if (text !== undefined) return `${url} ${text}`
  if (isCut(code) || code.startsWith('HPE_')) {
    const scheme = isSecureAddress(dialled) ? '' : ' If it uses TLS, use wss:// in the address'
    return `${url} closed the connection during the handshake (${code}), as a port for something else does.${scheme}`
  }
  return `The connection to ${url} failed: ${cause.message}`
}

function isCut(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE'
}

function tlsText(cause: Error, code: string, attempt: DialAttempt): string | undefined {
  if (isNoTls(cause, code)) return 'does not use TLS. Use ws:// instead of wss://'
  const hasTls = attempt.stage === 'answer' || attempt.stage === 'headers'
  if (isCut(code) && hasTls)
    return `closed the connection after the TLS handshake (${code}), as an engine that asks for a certificate of the client. Give one that it trusts as \`tls.cert\` and \`tls.key\`, or check the port`
  return certificateText(cause, code)
}

/** What is wrong with a certificate, by the code of OpenSSL. */
function certificateText(cause: Error, code: string): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `has a certificate that has expired (${code}). Renew it, or correct the clock of this machine`
    case 'CERT_NOT_YET_VALID':
      return `has a certificate that is not valid yet (${code}). Correct the clock of this machine`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `has a certificate for another name: ${cause.message}. Check the address, or set \`tls.servername\``
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `has a certificate of an authority that is not trusted (${code}). Give the certificate of the authority as \`tls.ca\``
    default:
      return /alert (?:number 116|number 42|number 48|certificate required|bad certificate|unknown ca)/i.test(
        cause.message,
      )
        ? 'refused the certificate of this client, or its absence. Give one that it trusts as `tls.cert` and `tls.key`'
        : undefined
  }
}

/** The message of OpenSSL when the server answers the TLS handshake in plain text. */
function isNoTls({ message }: Error, code: string): boolean {
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /wrong version number|packet length too long/.test(message)
}
