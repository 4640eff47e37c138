import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { anchorsOf, internalLinks, pages } from '../kit/documents.js'

test.each(pages().map((page) => [page]))('the links of %s lead somewhere', (page) => {
  const broken = internalLinks(page).filter(
    ({ file, anchor }) => !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor)),
  )
  expect(broken).toEqual([])
})

test('every guide and reference page is reached from the README', () => {
  const reached = new Set(['README.md'])
  for (const page of reached) {
    for (const { file } of internalLinks(page)) if (file.endsWith('.md') && existsSync(file)) reached.add(file)
  }
  expect(pages().filter((page) => /docs\/(guide|reference)\//.test(page) && !reached.has(page))).toEqual([])
})
