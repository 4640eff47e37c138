/** Works on a list with a limited number of items at a time. */

/** @returns the results, in the order of the items. Rejects with the first error, once it occurs. */
export async function inParallel<T, R>(
  items: readonly T[],
  maxAtATime: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const worker = async (): Promise<void> => {
    // The workers share the iterator.
    for (const [index, item] of rest) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: maxAtATime }, worker))
  return results
}
