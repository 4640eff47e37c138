/** A metric as it is stored and listed, with the points of one frame, and its parser. */
import {
  type AttributePair,
  attributePairs,
  nanosOf,
  numberOf,
  objectAt,
  objectsIn,
  type OtlpObject,
  scopedItems,
  textOf,
} from '../otlp-value.js'

export interface MetricRow {
  readonly name: string
  readonly description: string
  readonly unit: string
  /** A monotonic sum is a counter. */
  readonly metric_type: 'gauge' | 'counter' | 'sum' | 'histogram'
  readonly service_name: string
  /** The time of the newest point. */
  readonly timestamp_unix_nano: number
  readonly instrumentation_scope_name?: string
  readonly instrumentation_scope_version?: string
  readonly data_points: readonly DataPoint[]
}

export type DataPoint = NumberPoint | HistogramPoint

interface PointBase {
  readonly attributes: readonly AttributePair[]
  /** Nanoseconds since 1970, rounded to 256 ns by the precision of numbers. */
  readonly timestamp_unix_nano: number
}

export interface NumberPoint extends PointBase {
  readonly value: number
}

export interface HistogramPoint extends PointBase {
  readonly count: number
  readonly sum: number
  readonly min?: number
  readonly max?: number
  readonly bucket_counts: readonly number[]
  readonly explicit_bounds: readonly number[]
}

const NESTING = { resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' }

/**
 * The metrics of a frame; `undefined` for each that has no name or an unknown kind.
 * @throws {TypeError} when the frame contains no metrics at all.
 */
export function* metricsIn(frame: OtlpObject): Iterable<MetricRow | undefined> {
  for (const { items, scope, serviceName: service_name } of scopedItems(frame, NESTING)) {
    for (const metric of items) {
      const name = textOf(metric['name'])
      const data = dataOf(metric)
      if (name === undefined || data === undefined) yield undefined
      else {
        const description = textOf(metric['description']) ?? ''
        const unit = textOf(metric['unit']) ?? ''
        const timestamp_unix_nano = newestOf(data.data_points)
        yield { name, description, unit, service_name, timestamp_unix_nano, ...scope, ...data }
      }
    }
  }
}

function newestOf(points: readonly DataPoint[]): number {
  return points.reduce((newest, point) => Math.max(newest, point.timestamp_unix_nano), 0)
}

/** Whether a point has one value rather than a distribution. */
export function isNumberPoint(point: DataPoint): point is NumberPoint {
  return 'value' in point
}

function dataOf(metric: OtlpObject): Pick<MetricRow, 'metric_type' | 'data_points'> | undefined {
  const { gauge, sum, histogram } = metric
  if (gauge !== undefined) return { metric_type: 'gauge', data_points: points(metric, 'gauge').flatMap(numberPoint) }
  if (sum !== undefined) {
    const isMonotonic = objectAt(metric, 'sum')['isMonotonic'] === true
    return { metric_type: isMonotonic ? 'counter' : 'sum', data_points: points(metric, 'sum').flatMap(numberPoint) }
  }
  if (histogram === undefined) return undefined
  return { metric_type: 'histogram', data_points: points(metric, 'histogram').map(histogramPoint) }
}

function points(metric: OtlpObject, kind: string): readonly OtlpObject[] {
  return objectsIn(objectAt(metric, kind)['dataPoints'])
}

function baseOf({ attributes, timeUnixNano }: OtlpObject): PointBase {
  return { attributes: attributePairs(attributes), timestamp_unix_nano: nanosOf(timeUnixNano) }
}

function numberPoint(point: OtlpObject): NumberPoint[] {
  const value = numberOf(point['asDouble']) ?? numberOf(point['asInt'])
  return value === undefined ? [] : [{ ...baseOf(point), value }]
}

function histogramPoint(point: OtlpObject): HistogramPoint {
  const min = numberOf(point['min'])
  const max = numberOf(point['max'])
  return {
    ...baseOf(point),
    count: numberOf(point['count']) ?? 0,
    sum: numberOf(point['sum']) ?? 0,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    bucket_counts: numbersIn(point['bucketCounts']),
    explicit_bounds: numbersIn(point['explicitBounds']),
  }
}

function numbersIn(list: unknown): number[] {
  return Array.isArray(list) ? list.map((item) => numberOf(item) ?? 0) : []
}
