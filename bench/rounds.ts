/**
 * Runs the sides alternately: every side runs once per round, and the first one changes, so that drift of the machine
 * affects all sides equally. The first rounds warm up and do not count.
 */
const WARM_UP_ROUNDS = 2

/** Returns the measurements of each side, once per counted round. */
export async function interleave<S, T = number>(
  sides: readonly S[],
  { rounds, warmUpRounds = WARM_UP_ROUNDS }: { readonly rounds: number; readonly warmUpRounds?: number },
  measure: (side: S) => Promise<T>,
): Promise<Map<S, T[]>> {
  const results = new Map<S, T[]>(sides.map((side) => [side, []]))
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    const first = round % sides.length
    for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
      const result = await measure(side)
      if (round >= warmUpRounds) results.get(side)?.push(result)
    }
  }
  return results
}
