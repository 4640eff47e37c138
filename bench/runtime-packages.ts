/** Finds the packages that an installation of this one brings, from the lock file, without network or installation. */

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export interface LockFile {
  /** By their path in the tree; this package is `''`. */
  readonly packages: Readonly<Record<string, LockedPackage>>
}

/** The paths of all packages that this one needs, directly or not, such as `node_modules/ws`; without itself. */
export function runtimePackages({ packages }: LockFile): readonly string[] {
  const reached = new Set<string>()
  const follow = (place: string): void => {
    for (const name of neededBy(packages[place] ?? {})) {
      const found = resolve(packages, place, name)
      if (found === undefined || reached.has(found)) continue
      reached.add(found)
      follow(found)
    }
  }
  follow('')
  return [...reached].sort()
}

function neededBy(locked: LockedPackage): string[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = locked
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers]
}

/** The resolution of a package from another one: in its own folder first, then outwards. */
function resolve(packages: LockFile['packages'], place: string, name: string): string | undefined {
  for (let folder = place; folder !== ''; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const own = `${folder}/node_modules/${name}`
    if (own in packages) return own
  }
  const atTop = `node_modules/${name}`
  return atTop in packages ? atTop : undefined
}
