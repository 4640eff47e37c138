import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { internalLinks } from '../kit/documents.js'

const PAGE = 'SECURITY.md'

/** The points of the part that makes promises, each with the lines that belong to it. */
function claims(): readonly string[] {
  const [, defended = ''] = /^## What is defended.*?\n([^]*?)^## /m.exec(readFileSync(PAGE, 'utf8')) ?? []
  return defended.split(/^- /m).slice(1)
}

test('every promise about security names a test, a rule of Node or advice', () => {
  expect(claims().length).toBeGreaterThan(10)
  const untested = claims().filter((claim) => !/\]\(test\/[^)]+\.test\.ts\)/.test(claim))
  expect(untested.map((claim) => claim.split('\n', 1)[0]).toSorted()).toEqual([
    'A token belongs into `headers`, not into the address.',
    "With a `wss:` address Node's rules for certificates hold; the package neither loosens nor adds to them.",
  ])
})

test('the tests it names hold tests', () => {
  const named = internalLinks(PAGE).filter(({ file }) => file.startsWith('test/'))
  expect(named.length).toBeGreaterThan(15)
  for (const { file } of named) expect(readFileSync(file, 'utf8')).toMatch(/\btest(\.each)?\(/)
})
