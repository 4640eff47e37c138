/**
 * Visits the lists and objects in a value depth first, without recursion and without work for scalars, so depth and
 * width are unlimited. Each is visited once, which ends cycles. Knows nothing of their meaning.
 */

/** A list or an object on the path, and the progress in it. */
export interface Level {
  readonly holder: Readonly<Record<string | number, unknown>>
  /** Member names of an object; a list has none. */
  readonly keys: readonly string[] | undefined
  readonly size: number
  next: number
  /** The member being visited. */
  key: string | number
}

/** Visits the members of a list or an object, skips them, or ends the walk. */
export type Step = 'enter' | 'leave out' | 'end'

/** Visits everything in `root`, except `root` itself. `levels` lead to the visited value; the last one contains it. */
export function walk(root: object, visit: (value: object, levels: readonly Level[]) => Step): void {
  const levels = [levelOf(root)]
  const seen = new Set<object>()
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.next === level.size) {
      levels.pop()
      continue
    }
    level.key = level.keys === undefined ? level.next : (level.keys[level.next] ?? '')
    level.next += 1
    const value = level.holder[level.key]
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    const step = visit(value, levels)
    if (step === 'end') return
    if (step === 'leave out') continue
    seen.add(value)
    levels.push(levelOf(value))
  }
}

function levelOf(value: object): Level {
  const keys = Array.isArray(value) ? undefined : Object.keys(value)
  const holder = value as Level['holder']
  return { holder, keys, size: keys?.length ?? (value as unknown[]).length, next: 0, key: '' }
}

/** The path of levels: `a.b`, `a[0].b`, `[0]`. */
export function pathOf(levels: readonly Level[]): string {
  const path = levels.map(({ key }) => (typeof key === 'number' ? `[${String(key)}]` : `.${key}`)).join('')
  return path.startsWith('.') ? path.slice(1) : path
}

/** Maximum levels of a JSON Schema. Code that reads one is recursive, and takes several calls for each level. */
const MAX_SCHEMA_LEVELS = 500
/** Maximum characters of a path in a message. */
const SHOWN_PATH_CHARACTERS = 100

/** What is wrong with a schema that nests too deep to be read. */
export function nestingFault(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  const path = pathBelow(schema, MAX_SCHEMA_LEVELS)
  if (path === undefined) return undefined
  const shown = path.length > SHOWN_PATH_CHARACTERS ? `${path.slice(0, SHOWN_PATH_CHARACTERS)}…` : path
  return `it nests more than ${String(MAX_SCHEMA_LEVELS)} levels, at \`${shown}\`. Move parts of it to \`definitions\``
}

/** The path to the first list or object in a value that is below so many levels, including the value itself. */
export function pathBelow(value: object, maxLevels: number): string | undefined {
  let path: string | undefined
  walk(value, (_member, levels) => {
    if (levels.length < maxLevels) return 'enter'
    path = pathOf(levels)
    return 'end'
  })
  return path
}
