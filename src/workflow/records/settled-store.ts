/**
 * The stricter mode for engines that acknowledge a write before it is stored and forget their last interval in a crash:
 * what decides is used only once it is older than that interval and a second read still shows it. A decision that is gone
 * is written again.
 */
import { delay, type Clock } from '../../std/time/clock.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { Store, StoreOp } from './store.js'

/** A store whose decisions have settled. */
export function settledStore(store: Store, clock: Clock, settleMs: number): Store {
  const update = async (scope: string, key: string, ops: readonly StoreOp[]): Promise<unknown> => {
    const paths = ops.filter((op) => op.type === 'append').map(({ path }) => String(path))
    let seen = await store.update(scope, key, ops)
    while (paths.length > 0) {
      await delay(clock, settleMs, 'background')
      const later = await store.get(scope, key)
      if (paths.every((path) => deciding(later, path) !== undefined && deciding(later, path) === deciding(seen, path)))
        return later
      const isMissing = paths.some((path) => deciding(later, path) === undefined)
      seen = isMissing ? await store.update(scope, key, ops) : later
    }
    return seen
  }
  const list = async (scope: string): Promise<readonly unknown[]> => {
    const first = new Set((await store.list(scope)).flatMap(decisions))
    await delay(clock, settleMs, 'background')
    // What has not settled counts as absent: its step runs again, and the journal decides once more.
    return (await store.list(scope)).filter((value) => decisions(value).every((token) => first.has(token)))
  }
  return { ...store, update, list }
}

/** The token of the element that decides at a path. */
function deciding(value: unknown, path: string): string | undefined {
  const list = isRecord(value) ? value[path] : undefined
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  return isRecord(first) && typeof first['token'] === 'string' ? first['token'] : undefined
}

/** Names all that a value decides. */
function decisions(value: unknown): string[] {
  if (!isRecord(value)) return []
  return Object.keys(value).flatMap((path) => {
    const token = deciding(value, path)
    const list = value[path] as readonly unknown[]
    const key: unknown = isRecord(list[0]) ? list[0]['key'] : undefined
    return token === undefined ? [] : [`${String(key)} ${path} ${token}`]
  })
}
