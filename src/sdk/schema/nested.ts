/**
 * A JSON Schema as the schema of one member. References inside it count from its own root, so they move along.
 */

/** The schema of an object whose member `name` fits `schema`. */
export function nestedUnder(name: string, schema: Record<string, unknown>): Record<string, unknown> {
  const { $schema, ...inner } = schema
  return {
    ...($schema === undefined ? {} : { $schema }),
    type: 'object',
    properties: { [name]: withRefsUnder(`#/properties/${name}`, inner) },
    required: [name],
  }
}

/** Keywords whose value is data, whatever it looks like. */
const DATA = new Set(['const', 'default', 'enum', 'examples'])

function withRefsUnder(root: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withRefsUnder(root, item))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]: [string, unknown]) => {
    if (key === '$ref' && typeof member === 'string' && member.startsWith('#')) return [key, root + member.slice(1)]
    return [key, DATA.has(key) ? member : withRefsUnder(root, member)]
  })
  return Object.fromEntries(entries) as unknown
}
