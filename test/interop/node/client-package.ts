/**
 * The client under test: the official packages, or ours in their place. Both have the same names, so one actor plays
 * either; the types are the official ones.
 */
import type * as Helpers from 'iii-sdk/helpers'
import type * as Http from '@iii-dev/helpers/http'
import type * as Observability from '@iii-dev/helpers/observability'
import type * as Internal from '@iii-dev/helpers/observability/internal'
import type * as Root from 'iii-sdk'

const SUBPATHS = {
  official: { root: 'iii-sdk', helpers: 'iii-sdk/helpers', more: '@iii-dev/helpers' },
  ours: { root: 'iii-node', helpers: 'iii-node/helpers', more: 'iii-node/helpers' },
} as const

export interface ClientPackage {
  readonly root: typeof Root
  readonly helpers: typeof Helpers
  readonly http: typeof Http
  readonly observability: typeof Observability
  readonly internal: typeof Internal
}

export async function loadClientPackage(whose: keyof typeof SUBPATHS): Promise<ClientPackage> {
  const { root, helpers, more } = SUBPATHS[whose]
  // A module imported by a name known only at run time has no static type.
  const load = (path: string): Promise<unknown> => import(path)
  return {
    root: (await load(root)) as typeof Root,
    helpers: (await load(helpers)) as typeof Helpers,
    http: (await load(`${more}/http`)) as typeof Http,
    observability: (await load(`${more}/observability`)) as typeof Observability,
    internal: (await load(`${more}/observability/internal`)) as typeof Internal,
  }
}
