/** Text as UTF-8, with what browsers and Node have in common. */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The bytes of a text; a lone surrogate becomes U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

const NOT_ASCII = /[\u0080-\uffff]/

/** The number of bytes of a text in UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  // Most text is ASCII, which a search passes several times as fast as the loop.
  const first = text.search(NOT_ASCII)
  if (first === -1) return text.length
  let bytes = text.length
  for (let index = first; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    // The two units of a pair take four bytes together.
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) index += 1
  }
  return bytes
}

/** The text of bytes; invalid ones become U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
