/**
 * Limits for the size of the package. They are a little above the present sizes, so that a new dependency or a file
 * packed by mistake is noticed. Raise one deliberately, in the commit that needs it.
 */
export const packageBudget = {
  /** The downloaded archive: the built package, its documentation, examples and templates. */
  packedBytes: 1_450_000,
  /** The same unpacked. */
  unpackedBytes: 5_200_000,
  /** Number of installed dependencies, without this package. */
  runtimePackages: 25,
  /** All of those unpacked, without this package. */
  runtimeBytes: 23_000_000,
} as const

/** Bytes of all files, of this package and others, that an import or require of a subpath reads. */
export const importedBytes: Readonly<Record<string, number>> = {
  '.': 475_000,
  './errors': 32_000,
  './engine': 3_500,
  './protocol': 61_000,
  './runtime': 106_500,
  './trigger': 56_000,
  './stream': 67_000,
  './state': 67_000,
  './helpers': 148_000,
  './channel': 98_500,
  './internal': 1_000,
  './helpers/http': 137_000,
  './helpers/queue': 1_000,
  './helpers/stream': 31_000,
  './helpers/worker-connection-manager': 1_000,
  './helpers/observability': 211_000,
  './helpers/observability/internal': 6_000,
  './schema': 57_000,
  './local-engine': 1_110_000,
  './testing': 1_520_000,
  './health': 600_000,
  './later': 110_000,
  './workflow': 300_000,
  './bundle': 1_200_000,
  './browser': 225_000,
  './fetch': 137_000,
}

/** Compared with the peer: everything that an installation of the package alone puts into `node_modules`. */
export const installTarget = { bytes: 32_000_000, packages: 30 } as const

/** Everything of `iii-node/browser`, bundled, minified and compressed by gzip. */
export const browserGzipBytes = 25_000
