/**
 * The messages of OTLP as data: for each member its name in JSON, its field number and its type. Source: the files of
 * `opentelemetry-proto` 1.x for traces, metrics and logs. Knows neither encoding.
 */

/** The types of values that OTLP uses. */
export type Scalar =
  | 'string'
  | 'bool'
  | 'double'
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  | 'enum'
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  /** Base64 in JSON. */
  | 'bytes'
  /** Hexadecimal in JSON, of this many bytes. */
  | 'traceId'
  | 'spanId'

/** A member of a message. */
export interface OtlpField {
  readonly name: string
  readonly number: number
  readonly type: Scalar | OtlpMessage
  readonly isList: boolean
  /** A message without this member, or with an invalid value, is left out. */
  readonly isRequired: boolean
}

/** The members of a message by their names in JSON. */
export class OtlpMessage {
  readonly fields = new Map<string, OtlpField>()
  /** Whether its items count in the numbers of what was sent. */
  readonly isCounted: boolean

  constructor(isCounted = false) {
    this.isCounted = isCounted
  }

  /** Adds members: a suffix `[]` is a list, a suffix `!` is a required member. */
  with(members: Readonly<Record<string, readonly [number, Scalar | OtlpMessage]>>): this {
    for (const [key, [number, type]] of Object.entries(members)) {
      const name = key.replace(/[[\]!]/g, '')
      this.fields.set(name, { name, number, type, isList: key.endsWith('[]'), isRequired: key.endsWith('!') })
    }
    return this
  }
}

const keyValue = new OtlpMessage()
/** A value of an attribute: at most one of its members. */
export const anyValue = new OtlpMessage()
keyValue.with({ 'key!': [1, 'string'], value: [2, anyValue] })
anyValue.with({
  stringValue: [1, 'string'],
  boolValue: [2, 'bool'],
  intValue: [3, 'int64'],
  doubleValue: [4, 'double'],
  arrayValue: [5, new OtlpMessage().with({ 'values[]': [1, anyValue] })],
  kvlistValue: [6, new OtlpMessage().with({ 'values[]': [1, keyValue] })],
  bytesValue: [7, 'bytes'],
})

const resource = new OtlpMessage().with({ 'attributes[]': [1, keyValue], droppedAttributesCount: [2, 'uint32'] })
const scope = new OtlpMessage().with({
  name: [1, 'string'],
  version: [2, 'string'],
  'attributes[]': [3, keyValue],
  droppedAttributesCount: [4, 'uint32'],
})

/** A request: items within scopes within resources. */
function request(names: readonly [resources: string, scopes: string, items: string], item: OtlpMessage): OtlpMessage {
  const [resources, scopes, items] = names
  const scoped = new OtlpMessage().with({ scope: [1, scope], [`${items}[]`]: [2, item], schemaUrl: [3, 'string'] })
  const owned = new OtlpMessage().with({
    resource: [1, resource],
    [`${scopes}[]`]: [2, scoped],
    schemaUrl: [3, 'string'],
  })
  return new OtlpMessage().with({ [`${resources}[]`]: [1, owned] })
}

const spanEvent = new OtlpMessage().with({
  timeUnixNano: [1, 'fixed64'],
  name: [2, 'string'],
  'attributes[]': [3, keyValue],
  droppedAttributesCount: [4, 'uint32'],
})
const spanLink = new OtlpMessage().with({
  'traceId!': [1, 'traceId'],
  'spanId!': [2, 'spanId'],
  traceState: [3, 'string'],
  'attributes[]': [4, keyValue],
  droppedAttributesCount: [5, 'uint32'],
  flags: [6, 'fixed32'],
})
const span = new OtlpMessage(true).with({
  'traceId!': [1, 'traceId'],
  'spanId!': [2, 'spanId'],
  traceState: [3, 'string'],
  parentSpanId: [4, 'spanId'],
  name: [5, 'string'],
  kind: [6, 'enum'],
  startTimeUnixNano: [7, 'fixed64'],
  // A running span has none: collectors store its end, which follows.
  'endTimeUnixNano!': [8, 'fixed64'],
  'attributes[]': [9, keyValue],
  droppedAttributesCount: [10, 'uint32'],
  'events[]': [11, spanEvent],
  droppedEventsCount: [12, 'uint32'],
  'links[]': [13, spanLink],
  droppedLinksCount: [14, 'uint32'],
  status: [15, new OtlpMessage().with({ message: [2, 'string'], code: [3, 'enum'] })],
  flags: [16, 'fixed32'],
})

const exemplar = new OtlpMessage().with({
  timeUnixNano: [2, 'fixed64'],
  asDouble: [3, 'double'],
  spanId: [4, 'spanId'],
  traceId: [5, 'traceId'],
  asInt: [6, 'sfixed64'],
  'filteredAttributes[]': [7, keyValue],
})
const times = { startTimeUnixNano: [2, 'fixed64'], timeUnixNano: [3, 'fixed64'] } as const
const numberPoint = new OtlpMessage(true).with({
  ...times,
  asDouble: [4, 'double'],
  'exemplars[]': [5, exemplar],
  asInt: [6, 'sfixed64'],
  'attributes[]': [7, keyValue],
  flags: [8, 'uint32'],
})
const histogramPoint = new OtlpMessage(true).with({
  ...times,
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  'bucketCounts[]': [6, 'fixed64'],
  'explicitBounds[]': [7, 'double'],
  'exemplars[]': [8, exemplar],
  'attributes[]': [9, keyValue],
  flags: [10, 'uint32'],
  min: [11, 'double'],
  max: [12, 'double'],
})
const buckets = new OtlpMessage().with({ offset: [1, 'sint32'], 'bucketCounts[]': [2, 'uint64'] })
const exponentialPoint = new OtlpMessage(true).with({
  'attributes[]': [1, keyValue],
  ...times,
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  scale: [6, 'sint32'],
  zeroCount: [7, 'fixed64'],
  positive: [8, buckets],
  negative: [9, buckets],
  flags: [10, 'uint32'],
  'exemplars[]': [11, exemplar],
  min: [12, 'double'],
  max: [13, 'double'],
  zeroThreshold: [14, 'double'],
})
const quantile = new OtlpMessage().with({ quantile: [1, 'double'], value: [2, 'double'] })
const summaryPoint = new OtlpMessage(true).with({
  ...times,
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  'quantileValues[]': [6, quantile],
  'attributes[]': [7, keyValue],
  flags: [8, 'uint32'],
})
const series = (point: OtlpMessage): OtlpMessage =>
  new OtlpMessage().with({ 'dataPoints[]': [1, point], aggregationTemporality: [2, 'enum'] })
const metric = new OtlpMessage().with({
  'name!': [1, 'string'],
  description: [2, 'string'],
  unit: [3, 'string'],
  gauge: [5, new OtlpMessage().with({ 'dataPoints[]': [1, numberPoint] })],
  sum: [7, series(numberPoint).with({ isMonotonic: [3, 'bool'] })],
  histogram: [9, series(histogramPoint)],
  exponentialHistogram: [10, series(exponentialPoint)],
  summary: [11, new OtlpMessage().with({ 'dataPoints[]': [1, summaryPoint] })],
  'metadata[]': [12, keyValue],
})

const logRecord = new OtlpMessage(true).with({
  timeUnixNano: [1, 'fixed64'],
  severityNumber: [2, 'enum'],
  severityText: [3, 'string'],
  body: [5, anyValue],
  'attributes[]': [6, keyValue],
  droppedAttributesCount: [7, 'uint32'],
  flags: [8, 'fixed32'],
  traceId: [9, 'traceId'],
  spanId: [10, 'spanId'],
  observedTimeUnixNano: [11, 'fixed64'],
  eventName: [12, 'string'],
})

/** The request of each signal, by the prefix of its frames. */
export const otlpRequests = {
  OTLP: request(['resourceSpans', 'scopeSpans', 'spans'], span),
  MTRC: request(['resourceMetrics', 'scopeMetrics', 'metrics'], metric),
  LOGS: request(['resourceLogs', 'scopeLogs', 'logRecords'], logRecord),
} as const
