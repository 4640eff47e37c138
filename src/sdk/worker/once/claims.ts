/**
 * The owner of a key, read from its record. A record is a chain of claims: the first under `c`, each next one
 * under `c` and the token of the claim before it. Several workers may append to the same link, and the first element wins.
 * So a claim that was made on an outdated view never becomes part of the chain. Pure.
 */
import { isRecord } from '../../../wire/protocol/validate.js'

/** One claim on a key. */
export interface Claim {
  /** Names the attempt that made it. */
  readonly token: string
  /** The result belongs to it; taking over lost work keeps it, an expired key begins a new one. */
  readonly life: string
  /** Fingerprint of the input; absent when the input is not compared. */
  readonly input?: string
  /** Wall-clock milliseconds. */
  readonly at: number
  readonly ttlMs: number
  readonly leaseMs: number
  /** Made to delete the record. */
  readonly isRemoval?: true
}

/** The last claim of a chain. */
export interface Top {
  readonly claim: Claim
  /** Wall-clock milliseconds. */
  readonly leaseEndsAt: number
  readonly mark: Mark | undefined
  /** Whether a caller saw that this lease was not extended for its whole time. */
  readonly isSeenLost: boolean
  /** Claims in the chain. */
  readonly length: number
  /** The lives of the chain. */
  readonly lives: readonly string[]
}

/** Ends of a claim that its owner may record: others may run the work again, or the key starts over. */
export type Mark = 'released' | 'ended'

/** How long the worker that removes a record is waited for. It deletes within two thirds of it, or not at all. */
export const REMOVAL_MS = 30_000

/** A removal this old on the wall clock has been given up, however far clocks differ. */
const OLD_REMOVAL_MS = 600_000

/** Member of a record that holds the claims behind `previous`. */
export function linkBehind(previous: Claim | undefined): string {
  return `c${previous?.token ?? ''}`
}

/** Member of a record that holds the end of a claim's lease. */
export function leaseOf({ token }: Pick<Claim, 'token'>): string {
  return `u${token}`
}

/** Member of a record that holds the mark of a claim. Apart from the lease, since an extension may arrive late. */
export function markOf({ token }: Pick<Claim, 'token'>): string {
  return `m${token}`
}

/** Member of a record that holds the end of a lease that a caller found lost; outdated when the lease is extended. */
export function lossOf({ token }: Pick<Claim, 'token'>): string {
  return `x${token}`
}

/** The last claim of a record; undefined without any. */
export function topOf(record: unknown): Top | undefined {
  if (!isRecord(record)) return undefined
  const chain: Claim[] = []
  for (let next = firstOf(record['c']); next !== undefined; next = firstOf(record[linkBehind(next)])) {
    chain.push(next)
    // A record that was written by something else may lead in a circle.
    if (chain.length > MAX_CHAIN) break
  }
  const claim = chain.at(-1)
  if (claim === undefined) return undefined
  const lease = record[leaseOf(claim)]
  const leaseEndsAt = typeof lease === 'number' ? lease : claim.at + claim.leaseMs
  const mark = record[markOf(claim)]
  return {
    claim,
    leaseEndsAt,
    mark: mark === 'released' || mark === 'ended' ? mark : undefined,
    isSeenLost: record[lossOf(claim)] === leaseEndsAt,
    length: chain.length,
    lives: [...new Set(chain.map(({ life }) => life))],
  }
}

const MAX_CHAIN = 10_000

function firstOf(link: unknown): Claim | undefined {
  const first: unknown = Array.isArray(link) ? link[0] : undefined
  if (!isRecord(first)) return undefined
  const { token, life, at, ttlMs, leaseMs } = first
  const isClaim = typeof token === 'string' && token !== '' && typeof life === 'string'
  const isTimed = typeof at === 'number' && typeof ttlMs === 'number' && typeof leaseMs === 'number'
  return isClaim && isTimed ? (first as unknown as Claim) : undefined
}

/** Possible next steps for a key. `life` is the one to continue; absent for a new one. */
export type Standing =
  | { readonly kind: 'free'; readonly life?: string }
  | { readonly kind: 'owned'; readonly isLost: boolean }
  /** A worker deletes the record. */
  | { readonly kind: 'removed' }

/** @param nowMs wall-clock milliseconds. */
export function standingOf(top: Top | undefined, nowMs: number): Standing {
  if (top === undefined) return { kind: 'free' }
  const { claim, leaseEndsAt, mark, isSeenLost } = top
  if (claim.isRemoval === true) return { kind: nowMs - claim.at > OLD_REMOVAL_MS ? 'free' : 'removed' }
  const isExpired = claim.at + claim.ttlMs <= nowMs
  if (mark === 'ended' || (isExpired && (mark === 'released' || leaseEndsAt <= nowMs))) return { kind: 'free' }
  if (mark === 'released') return { kind: 'free', life: claim.life }
  // Clocks of two machines may differ by as much as the lease.
  return { kind: 'owned', isLost: isSeenLost || leaseEndsAt + claim.leaseMs < nowMs }
}
