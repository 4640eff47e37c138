/** A model of the state of the engine: the input, effect and result of each operation. */
import type { StateHow } from './scenario.js'

/** A value says which operation wrote it. */
export interface StateValue {
  readonly count: number
  readonly op: number
}

/** What an operation takes beside scope and key. */
export function stateInput(op: number, how: StateHow): Record<string, unknown> {
  if (how === 'set') return { value: { count: 0, op } }
  if (how !== 'update') return {}
  return {
    ops: [
      { type: 'increment', path: 'count', by: 1 },
      { type: 'set', path: 'op', value: op },
    ],
  }
}

/** What an operation does to a value, and its answer. */
export function stateAfter(
  old: StateValue | undefined,
  { how, op }: { readonly how: StateHow; readonly op: number },
): { readonly value: StateValue | undefined; readonly answer: unknown } {
  switch (how) {
    case 'get':
      return { value: old, answer: old ?? null }
    case 'delete':
      return { value: undefined, answer: old ?? null }
    case 'set':
    case 'update': {
      const value = { count: how === 'set' ? 0 : (old?.count ?? 0) + 1, op }
      return { value, answer: { old_value: old ?? null, new_value: value } }
    }
  }
}
