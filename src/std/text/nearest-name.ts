/** Finds the name that was most likely meant. */

/** The known name nearest to a misspelt one; `undefined` if none is near. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const plain = plainOf(given)
  const ranked = known.map((name) => ({ name, distance: editDistance(plain, plainOf(name)) }))
  const [best] = ranked.sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.max(1, Math.floor(plain.length / 3)) ? best.name : undefined
}

/** Says that a function has no such option, and which one was probably meant. */
export function unknownOptionText(callee: string, option: string, known: readonly string[]): string {
  const near = nearestName(option, known)
  const advice = near === undefined ? `it has ${known.join(', ')}` : `did you mean '${near}'?`
  return `${callee} has no option '${option}'; ${advice}`
}

/** Letter case and separators are the most common mistakes. */
function plainOf(name: string): string {
  return name.slice(0, MAX_CHARACTERS).toLowerCase().replace(/[_-]/g, '')
}

const MAX_CHARACTERS = 64

/** Levenshtein distance: insertions, deletions and replacements of single characters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
