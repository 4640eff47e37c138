/** A stream kept by the worker itself. */
import type { IStream } from 'iii-sdk/stream'

export function memoryStream(): IStream<unknown> {
  const groups = new Map<string, Map<string, unknown>>()
  const group = (id: string): Map<string, unknown> => groups.get(id) ?? new Map<string, unknown>()
  return {
    get: ({ group_id, item_id }) => Promise.resolve(group(group_id).get(item_id) ?? null),
    set({ group_id, item_id, data }) {
      const items = group(group_id)
      groups.set(group_id, items)
      const old_value = items.get(item_id)
      items.set(item_id, data)
      return Promise.resolve({ old_value, new_value: data as unknown })
    },
    delete({ group_id, item_id }) {
      const old_value = group(group_id).get(item_id)
      group(group_id).delete(item_id)
      return Promise.resolve({ old_value })
    },
    list: ({ group_id }) => Promise.resolve([...group(group_id).values()]),
    listGroups: () => Promise.resolve([...groups.keys()]),
    update: () => Promise.resolve(null),
  }
}
