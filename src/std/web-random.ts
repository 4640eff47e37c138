/** Randomness of a web page. Pages without TLS have no `crypto.randomUUID`, so identifiers are made of random bytes. */
import type { Random } from './random.js'

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

export const webRandom: Random = {
  next: () => Math.random(),
  uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16))
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    return Array.from(bytes, hex)
      .join('')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  },
}
