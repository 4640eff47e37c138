/**
 * Rounds in turn: every side runs once per round, and the one that begins changes, so that drift of the machine falls on
 * all of them alike. The first rounds warm up and do not count.
 */
const WARM_UP_ROUNDS = 2

/** Gives each side's figures, one per counted round. */
export async function interleave<S>(
  sides: readonly S[],
  rounds: number,
  measure: (side: S) => Promise<number>,
): Promise<Map<S, number[]>> {
  const figures = new Map<S, number[]>(sides.map((side) => [side, []]))
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const first = (round + WARM_UP_ROUNDS) % sides.length
    for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
      const figure = await measure(side)
      if (round >= 0) figures.get(side)?.push(figure)
    }
  }
  return figures
}
