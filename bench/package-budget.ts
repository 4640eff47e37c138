/**
 * How large the package may be, in one place. The limits stand a little above what is, so that a new dependency or a
 * file that was packed by mistake shows; raise one on purpose, in the commit that needs it.
 */
export const packageBudget = {
  /** The archive that is downloaded. */
  packedBytes: 500_000,
  /** The same unpacked. */
  unpackedBytes: 2_000_000,
  /** Packages that come along, this one not counted. */
  runtimePackages: 22,
  /** All of those unpacked, this one not counted. */
  runtimeBytes: 22_000_000,
  /** Files of this package that an import of its root reads. */
  importedBytes: 300_000,
} as const

/** What is compared with the peer: everything an installation of the package alone puts into `node_modules`. */
export const installTarget = { bytes: 32_000_000, packages: 30 } as const
