/** Options of TLS with their checks. Files are read again at each dial, so that renewed certificates apply. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type * as Tls from 'node:tls'
import { ErrorCode, invalidArgument, RuntimeError } from '../../errors.js'
import { requireModule } from '../../std/require-module.js'
import { describeKind, messageOf } from '../../std/text/describe.js'
import { isRecord } from '../protocol/validate.js'
import type { TlsSettings } from './ws-dial.js'

/** TLS of the connections to an engine. Each certificate or key is a file name, or its PEM text or bytes. */
export type TlsOptions = {
  /** Certificates of the authorities that are trusted, instead of those of Node.js. */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** Certificate of this client, with its chain. Needs `key`. */
  cert?: string | Uint8Array | undefined
  /** Private key of `cert`, not encrypted. */
  key?: string | Uint8Array | undefined
  /** Name that the certificate of the engine must have. Default: the host of the address. */
  servername?: string | undefined
  /** Whether a certificate that cannot be verified ends the connection. Default true. */
  rejectUnauthorized?: boolean | undefined
}

/** The names of all members. */
export const TLS_KEYS: ReadonlySet<string> = new Set<keyof TlsOptions>([
  'ca',
  'cert',
  'key',
  'servername',
  'rejectUnauthorized',
])

/** What files are called in messages. */
const OPTION_NAMES = { ca: 'tls.ca', cert: 'tls.cert', key: 'tls.key' }

/**
 * Reads the options, and checks that key and certificates belong together.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the option; so does the function that it returns, which reads the files.
 */
export function tlsReader(given: TlsOptions | undefined, names = OPTION_NAMES): () => TlsSettings | undefined {
  if (given === undefined) return () => undefined
  if (!isRecord(given)) throw invalidArgument('tls', 'an object', given)
  const { ca, cert, key, servername, rejectUnauthorized } = given
  if (servername !== undefined && (typeof servername !== 'string' || servername === ''))
    throw invalidArgument('tls.servername', 'a host name', servername)
  if (rejectUnauthorized !== undefined && typeof rejectUnauthorized !== 'boolean')
    throw invalidArgument('tls.rejectUnauthorized', 'true or false', rejectUnauthorized)
  if ((cert === undefined) !== (key === undefined))
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${names.cert} and ${names.key} must be given together`)
  const authorities: readonly unknown[] | undefined = ca === undefined ? undefined : Array.isArray(ca) ? ca : [ca]
  if (authorities?.length === 0) throw invalidArgument(names.ca, 'at least one certificate', ca)
  return () => {
    const pem = {
      ...(authorities === undefined ? {} : { ca: authorities.map((one) => pemOf(names.ca, one, 'CERTIFICATE')) }),
      ...(cert === undefined ? {} : { cert: pemOf(names.cert, cert, 'CERTIFICATE') }),
      ...(key === undefined ? {} : { key: pemOf(names.key, key, 'PRIVATE KEY') }),
    }
    checkPem(pem)
    return {
      ...pem,
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    }
  }
}

/** The text of a PEM block, or of the file that holds it. */
function pemOf(option: string, given: unknown, kind: string): string {
  if (!(typeof given === 'string' && given !== '') && !(given instanceof Uint8Array)) {
    const expected = 'a file name, or PEM text or bytes'
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${option} must be ${expected}, got ${describeKind(given)}`)
  }
  const text = typeof given === 'string' ? given : Buffer.from(given).toString('latin1')
  const isFile = typeof given === 'string' && !given.includes('-----BEGIN')
  const pem = isFile ? readPem(option, given) : text
  if (pem.includes(`${kind}-----`)) return pem
  const place = isFile ? `The file${shownName(option, given)} of ${option}` : option
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${place} has no PEM block of a ${kind.toLowerCase()}`)
}

/** The name of the file is left out of messages on a key: it may be the key itself, given without its first line. */
function shownName(option: string, file: string): string {
  return /key$/i.test(option) ? '' : ` ${file}`
}

function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'for an unknown reason'
    const text = `The file${shownName(option, file)} of ${option} cannot be read (${reason}). Check the path and its permissions`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
  }
}

function checkPem({ ca = [], ...own }: Pick<TlsSettings, 'ca' | 'cert' | 'key'>): void {
  const { createSecureContext } = requireModule('node:tls') as typeof Tls
  try {
    // An authority that cannot be read would be left out without an error.
    for (const block of ca.flatMap((text) => text.match(CERTIFICATES) ?? [text])) new X509Certificate(block)
    createSecureContext(own)
  } catch (cause) {
    const isMismatch = /key values mismatch/i.test(messageOf(cause))
    const advice = isMismatch
      ? 'tls.key is not the key of tls.cert'
      : 'Check that each is complete PEM, and that the key is not encrypted'
    const text = `tls cannot be used: ${messageOf(cause)}. ${advice}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text, { cause })
  }
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs

/** The agent of a proxy checks the certificates of IP addresses for `localhost`: the address is given here. */
export function namedFor(url: string, tls: TlsSettings = {}): TlsSettings {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) === 0 || tls.servername !== undefined) return tls
  const { checkServerIdentity } = requireModule('node:tls') as typeof Tls
  return { ...tls, checkServerIdentity: (_host, certificate) => checkServerIdentity(host, certificate) }
}
