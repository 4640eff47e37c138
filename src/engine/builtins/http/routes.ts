/**
 * Finds the route of a request. There is one slot per method and shape of path: the same path again replaces the route,
 * other parameter names in the same place are refused. Paths are compared as sent, without decoding. Static segments
 * take precedence over parameters. A parameter never matches an empty segment.
 */
import createRouter from 'find-my-way'
import { isForeign } from '../../access/access.js'
import { isParameter, METHODS, refused, type Route } from './route.js'

type Method = (typeof METHODS)[number]

/** A route and the values of its parameters in one request. */
export interface RouteMatch {
  readonly route: Route
  readonly pathParams: Readonly<Record<string, string>>
}

type Router = createRouter.Instance<createRouter.HTTPVersion.V1>

export class RouteTable {
  readonly #slots = new Map<string, Route>()
  readonly #slotOfBinding = new Map<string, string>()
  /** Routes of guarded sessions. */
  readonly #guarded = new Set<Route>()
  /** Unset after a removal; rebuilt on the next lookup, once for any number of removals. */
  #router: Router | undefined

  get size(): number {
    return this.#slots.size
  }

  /**
   * Adds a route. It replaces one with the same method and path, or from the same binding. A route of a guarded session
   * takes no requests from routes of others, and gives way to a route without limits.
   * @returns the routes of other bindings that were replaced.
   */
  add(route: Route): Route[] {
    const slot = `${route.method} ${shapeOf(route.path)}`
    const present = this.#slots.get(slot)
    if (present !== undefined && present.path !== route.path && present.binding.id !== route.binding.id) {
      throw refused(
        `Route '${titleOf(route)}' conflicts with already-registered route '${titleOf(present)}': ` +
          'both match the same requests. Use the same parameter names to replace it, or another path.',
      )
    }
    const replaced = this.#settleClaims(route)
    if (present !== undefined && present.binding.id !== route.binding.id) replaced.add(present)
    this.remove(route.binding.id)
    if (present !== undefined) this.remove(present.binding.id)
    this.#slots.set(slot, route)
    this.#slotOfBinding.set(route.binding.id, slot)
    if (route.binding.access !== undefined) this.#guarded.add(route)
    if (this.#router !== undefined) mount(this.#router, route)
    return [...replaced]
  }

  /** Removes the route of a binding; does nothing if it has been replaced. */
  remove(bindingId: string): void {
    const slot = this.#slotOfBinding.get(bindingId)
    if (slot === undefined) return
    this.#slotOfBinding.delete(bindingId)
    const route = this.#slots.get(slot)
    if (route !== undefined) this.#guarded.delete(route)
    this.#slots.delete(slot)
    this.#router = undefined
  }

  /** The route for the method and path (without query) of a request. */
  match(method: string, path: string): RouteMatch | undefined {
    if (!isMethod(method)) return undefined
    const found = this.#currentRouter().find(method, path.replaceAll('%', '%25'))
    if (found === null) return undefined
    const route = found.store as Route // Stored by `mount`.
    const pathParams = Object.fromEntries(
      route.parameterNames.map((name, index) => [name, found.params[`p${String(index)}`] ?? '']),
    )
    return { route, pathParams }
  }

  /** Methods that have a route at a path. */
  methodsAt(path: string): readonly string[] {
    return METHODS.filter((method) => this.match(method, path) !== undefined)
  }

  /** Removes routes of guarded sessions that would take requests from this one. */
  #settleClaims(route: Route): Set<Route> {
    const { access } = route.binding
    if (access === undefined) {
      const claimed = new Set([...this.#guarded].filter((other) => takesFrom(other, route)))
      for (const { binding } of claimed) this.remove(binding.id)
      return claimed
    }
    for (const other of this.#slots.values()) {
      if (!isForeign(other.binding, access) || !takesFrom(route, other)) continue
      throw refused(
        `Route '${titleOf(route)}' would take requests from '${titleOf(other)}', which belongs to another worker`,
      )
    }
    return new Set()
  }

  #currentRouter(): Router {
    if (this.#router === undefined) {
      this.#router = createRouter({ maxParamLength: Number.MAX_SAFE_INTEGER })
      for (const route of this.#slots.values()) mount(this.#router, route)
    }
    return this.#router
  }
}

/** Whether any request can match a route. */
export function isReachable(route: Route): boolean {
  return isMethod(route.method) && route.method !== 'OPTIONS' && !/[?#]/.test(route.path)
}

function isMethod(method: string): method is Method {
  return (METHODS as readonly string[]).includes(method)
}

/** The name of a route in messages. */
export function titleOf(route: Route): string {
  return `${route.method} ${route.path}`
}

/** A path without its parameter names; `:` alone is not a valid segment in a config. */
function shapeOf(path: string): string {
  return path
    .split('/')
    .map((segment) => (isParameter(segment) ? ':' : segment))
    .join('/')
}

/** Whether `route`, once added, would serve a request that `other` serves without it. */
function takesFrom(route: Route, other: Route): boolean {
  const [own, others] = [route.path.split('/'), other.path.split('/')]
  if (route.method !== other.method || own.length !== others.length) return false
  let winner: boolean | undefined
  for (const [index, segment] of own.entries()) {
    const against = others[index] ?? ''
    if (isParameter(segment) !== isParameter(against)) winner ??= isParameter(against)
    else if (!isParameter(segment) && segment !== against) return false
    // A parameter does not match an empty segment.
    if (isParameter(segment) ? against === '' : segment === '' && against !== '') return false
  }
  return winner ?? true
}

function mount(router: Router, route: Route): void {
  if (!isMethod(route.method)) return
  let parameters = 0
  // Parameters are numbered, since the router gives a meaning to characters that a name may contain.
  const pattern = route.path
    .split('/')
    .map((segment) => (isParameter(segment) ? `:p${String(parameters++)}([^/]+)` : segment.replaceAll(':', '::')))
    .join('/')
  router.on(route.method, pattern, () => undefined, route)
}
