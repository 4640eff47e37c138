import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tableRows } from '../kit/documents.js'

/** The points of the part that makes promises, each with the lines that belong to it. */
function claims(): readonly string[] {
  const page = readFileSync('SECURITY.md', 'utf8')
  const [, defended = ''] = /^## What is defended.*?\n([^]*?)^## /m.exec(page) ?? []
  return defended.split(/^- /m).slice(1)
}

/** The name of a promise, in bold at its beginning. */
function nameOf(claim: string): string | undefined {
  return /^\*\*(.+?)\.\*\*/.exec(claim)?.[1]
}

test('every promise about security has a name, or is a rule of Node or advice', () => {
  expect(claims().length).toBeGreaterThan(10)
  const unnamed = claims().filter((claim) => nameOf(claim) === undefined)
  expect(unnamed.map((claim) => claim.split('\n', 1)[0]).toSorted()).toEqual([
    'Send tokens in `headers`, not in the address.',
    "With a `wss:` address Node's rules for certificates hold; the package neither loosens nor adds to them.",
  ])
})

test('every promise about security is listed with files that hold tests', () => {
  const rows = tableRows('docs/internals/claims.md', /^## Security/)
  expect(rows.map(([name]) => name)).toEqual(claims().flatMap((claim) => nameOf(claim) ?? []))
  for (const [, tests = ''] of rows) {
    for (const file of tests.split('<br>')) {
      expect(readFileSync(file.replaceAll('`', ''), 'utf8')).toMatch(/\btest(\.each)?\(/)
    }
  }
})
