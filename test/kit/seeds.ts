/**
 * How many seeds a property test runs: 500 in every run, 10,000 at night, or what `SEEDS` says.
 */
const wanted = Number(process.env['SEEDS'] ?? (process.env['TIER'] === 'nightly' ? 10_000 : 500))

/** Seeds from 1 up. */
export const seeds: readonly number[] = Array.from({ length: wanted }, (_, index) => index + 1)

/**
 * Runs a property for every seed; a failure names the seed that broke it.
 * @param every runs every second, third … seed alone, for properties that take long.
 */
export async function forEachSeed(property: (seed: number) => void | Promise<void>, every = 1): Promise<void> {
  for (const seed of seeds.filter((number) => number % every === 0)) {
    try {
      await property(seed)
    } catch (error) {
      throw new Error(`Seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
}
