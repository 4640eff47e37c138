/**
 * Writes OTLP messages as protobuf, and reads the answer of a collector. The writer fills its buffer from the end: a
 * nested message is complete when its length is written, so nothing is written twice. Expects content that
 * `otlp-values.ts` has cleaned.
 */
import { OtlpMessage, type Scalar } from './otlp-schema.js'
import type { OtlpContent } from './otlp-values.js'

const VARINT = 0
const BITS_64 = 1
const BYTES = 2
const BITS_32 = 5

const WIRE_TYPES: Readonly<Record<Scalar, number>> = {
  string: BYTES,
  bytes: BYTES,
  traceId: BYTES,
  spanId: BYTES,
  bool: VARINT,
  uint32: VARINT,
  sint32: VARINT,
  enum: VARINT,
  int64: VARINT,
  uint64: VARINT,
  fixed32: BITS_32,
  double: BITS_64,
  fixed64: BITS_64,
  sfixed64: BITS_64,
}

/** The message as protobuf. */
export function protobufOf(message: OtlpMessage, content: OtlpContent): Uint8Array {
  const writer = new Writer()
  writer.message(message, content)
  return writer.bytes()
}

class Writer {
  #buffer = Buffer.allocUnsafeSlow(16 * 1024)
  /** The first written byte. */
  #at = this.#buffer.length

  bytes(): Uint8Array {
    return this.#buffer.subarray(this.#at)
  }

  message(message: OtlpMessage, content: OtlpContent): void {
    for (const field of [...message.fields.values()].reverse()) {
      const value = content[field.name]
      if (value === undefined) continue
      if (!field.isList) this.#field(field.number, field.type, value)
      else if (field.type instanceof OtlpMessage)
        for (const item of (value as unknown[]).toReversed()) this.#field(field.number, field.type, item)
      else this.#packed(field.number, field.type, value as unknown[])
    }
  }

  #field(number: number, type: Scalar | OtlpMessage, value: unknown): void {
    const end = this.#at
    if (type instanceof OtlpMessage) this.message(type, value as OtlpContent)
    else this.#scalar(type, value)
    this.#head(number, type instanceof OtlpMessage ? BYTES : WIRE_TYPES[type], end)
  }

  /** Numbers of a list, in one field. */
  #packed(number: number, type: Scalar, values: unknown[]): void {
    const end = this.#at
    for (const value of values.toReversed()) this.#scalar(type, value)
    this.#head(number, BYTES, end)
  }

  /** Writes what precedes the content up to `end`. */
  #head(number: number, wireType: number, end: number): void {
    if (wireType === BYTES) this.#varint(end - this.#at)
    this.#varint((number << 3) | wireType)
  }

  #scalar(type: Scalar, value: unknown): void {
    switch (type) {
      case 'string':
        this.#text(value as string)
        return
      case 'bytes':
        this.#raw(Buffer.from(value as string, 'base64'))
        return
      case 'traceId':
      case 'spanId':
        this.#raw(Buffer.from(value as string, 'hex'))
        return
      case 'double':
        this.#buffer.writeDoubleLE(Number(value), this.#take(8))
        return
      case 'fixed64':
        this.#buffer.writeBigUInt64LE(BigInt(value as string), this.#take(8))
        return
      case 'sfixed64':
        this.#buffer.writeBigInt64LE(BigInt(value as string), this.#take(8))
        return
      case 'fixed32':
        this.#buffer.writeUInt32LE(value as number, this.#take(4))
        return
      case 'int64':
      case 'uint64':
        this.#bigVarint(BigInt(value as string))
        return
      case 'sint32':
        this.#varint((((value as number) << 1) ^ ((value as number) >> 31)) >>> 0)
        return
      case 'bool':
      case 'uint32':
      case 'enum':
      default:
        this.#varint(Number(value))
    }
  }

  #text(text: string): void {
    const bytes = Buffer.byteLength(text)
    this.#buffer.write(text, this.#take(bytes), bytes, 'utf8')
  }

  #raw(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#take(bytes.length))
  }

  /** A whole number from 0 to 2^53. */
  #varint(value: number): void {
    const bytes: number[] = []
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
    bytes.push(rest)
    this.#buffer.set(bytes, this.#take(bytes.length))
  }

  #bigVarint(value: bigint): void {
    const bytes: number[] = []
    let rest = BigInt.asUintN(64, value)
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
    bytes.push(Number(rest))
    this.#buffer.set(bytes, this.#take(bytes.length))
  }

  /** Reserves bytes before those that are written, and returns where they begin. */
  #take(bytes: number): number {
    if (bytes > this.#at) this.#grow(bytes)
    this.#at -= bytes
    return this.#at
  }

  #grow(bytes: number): void {
    const written = this.bytes()
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, written.length + bytes))
    larger.set(written, larger.length - written.length)
    this.#buffer = larger
    this.#at = larger.length - written.length
  }
}

/** The part of a request that a collector rejected. */
export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

/**
 * Reads the answer to a request, in which the first field is the part that was rejected.
 * @throws {RangeError} for bytes that are not protobuf.
 */
export function readPartialSuccess(answer: Uint8Array): PartialSuccess {
  const partial = fieldsOf(Buffer.from(answer)).get(1)
  const fields = Buffer.isBuffer(partial) ? fieldsOf(partial) : new Map<number, Buffer | number>()
  const [rejected, message] = [fields.get(1), fields.get(2)]
  return {
    rejected: typeof rejected === 'number' ? rejected : 0,
    message: Buffer.isBuffer(message) ? message.toString('utf8') : '',
  }
}

/** The last value of each field. */
function fieldsOf(bytes: Buffer): Map<number, Buffer | number> {
  const fields = new Map<number, Buffer | number>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes.readUInt8(at)
      at += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const wireType = key & 7
    if (wireType === VARINT) fields.set(key >>> 3, varint())
    else {
      const length = wireType === BYTES ? varint() : wireType === BITS_64 ? 8 : 4
      fields.set(key >>> 3, bytes.subarray(at, at + length))
      at += length
    }
  }
  return fields
}
