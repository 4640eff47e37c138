/** The dimensions in which an engine grows, and their measured range. */
import type { Size } from './stage.js'

/** The starting point of every dimension. */
export const SMALL: Size = { workers: 10, functionsPerWorker: 10, pendingCalls: 100, payloadBytes: 16 }

export interface Axis {
  readonly name: string
  /** The label of the horizontal axis of a plot. */
  readonly unit: string
  readonly points: readonly number[]
  /** The points between which the cost of a call must not grow by more than the target. */
  readonly held: readonly [from: number, to: number] | undefined
  readonly sizeAt: (point: number) => Size
}

const KIB = 1024

export const AXES: readonly Axis[] = [
  {
    name: 'functions',
    unit: 'functions of 10 workers',
    points: [10, 100, 1000, 10_000],
    held: [100, 1000],
    sizeAt: (functions) => ({ ...SMALL, functionsPerWorker: functions / SMALL.workers }),
  },
  {
    name: 'workers',
    unit: 'workers with 10 functions each',
    points: [1, 10, 100, 1000],
    held: [10, 100],
    sizeAt: (workers) => ({ ...SMALL, workers }),
  },
  {
    name: 'pending',
    unit: 'other calls pending',
    points: [1, 100, 1000, 10_000, 100_000],
    held: [100, 10_000],
    sizeAt: (pendingCalls) => ({ ...SMALL, pendingCalls }),
  },
  {
    name: 'payload',
    unit: 'bytes of payload',
    points: [16, KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB],
    held: undefined,
    sizeAt: (payloadBytes) => ({ ...SMALL, payloadBytes }),
  },
]
