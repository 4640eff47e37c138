/** An authority made on the spot, and certificates that it signs: valid, expired, for other names, for clients. */
import { webcrypto } from 'node:crypto'
import type * as X509 from '@peculiar/x509'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  /** The certificate of the authority. */
  readonly ca: string
  /** A certificate for names of DNS and IP addresses. */
  issue(names: readonly string[], validity?: { readonly from?: Date; readonly to?: Date }): Promise<Certificate>
}

const DAY_MS = 86_400_000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export async function authority(name = 'Test authority'): Promise<Authority> {
  const x509 = await load()
  const [from, to] = [new Date(Date.now() - 2 * DAY_MS), new Date(Date.now() + DAY_MS)]
  const keys = await newKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    notBefore: from,
    notAfter: to,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  return {
    ca: root.toString('pem'),
    async issue(names, validity = {}) {
      const own = await newKeys()
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${names[0] ?? 'client'}`,
        issuer: root.subject,
        notBefore: validity.from ?? from,
        notAfter: validity.to ?? to,
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        signingAlgorithm: ALGORITHM,
        extensions: [new x509.SubjectAlternativeNameExtension(names.map(generalName))],
      })
      return { cert: certificate.toString('pem'), key: await pemOf(own.privateKey) }
    },
  }
}

export const expired = { to: new Date(Date.now() - DAY_MS) }
export const future = { from: new Date(Date.now() + DAY_MS / 2) }

function generalName(name: string): { type: 'ip' | 'dns'; value: string } {
  return { type: /^[\d.]+$/.test(name) ? 'ip' : 'dns', value: name }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
}

/** A dependency of the library checks that these exist; certificates do not use them. */
async function load(): Promise<typeof X509> {
  const stub = { getMetadata: () => undefined, getOwnMetadata: () => undefined, defineMetadata: () => undefined }
  Object.assign(Reflect, { ...stub, hasOwnMetadata: () => false })
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto as never)
  return x509
}
