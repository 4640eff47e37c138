/** Matches patterns in which `*` stands for any text, in time linear in the length of the text. */

/** Compiles a pattern. Without `*` it matches only itself. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (text) => text === pattern
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let position = first.length
    const end = text.length - last.length
    for (const part of rest) {
      const found = text.indexOf(part, position)
      if (found < 0 || found + part.length > end) return false
      position = found + part.length
    }
    return true
  }
}

/** The form of `globIn`. */
export const MATCH_CALL = /^\s*match\((?:"([^"]*)"|'([^']*)')\)\s*$/

/** The pattern inside `match("…")`; `undefined` for any other text. */
export function globIn(text: string): string | undefined {
  const found = MATCH_CALL.exec(text)
  return found === null ? undefined : (found[1] ?? found[2])
}
