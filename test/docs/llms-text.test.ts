import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pages } from '../kit/documents.js'

const SECTIONS = [
  ['Guides', /^docs\/guide\//],
  ['Reference', /^docs\/reference\//],
  ['More', /^(docs\/(protocol|reliability)\.md|SECURITY\.md|CHANGELOG\.md|bench\/README\.md)$/],
] as const

/** The text of the first paragraph, in one line. */
function firstParagraph(text: string): string {
  const paragraph = text.split(/\n\n+/).find((part) => /^[A-Z`[]/.test(part)) ?? ''
  // Only the text of a link.
  return paragraph
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Its first sentence. */
function summaryOf(text: string): string {
  return /^.*?[.:](?= |$)/.exec(firstParagraph(text))?.[0].replace(/:$/, '.') ?? firstParagraph(text)
}

function entry(page: string): string {
  const text = readFileSync(page, 'utf8')
  const title = /^# (.*)$/m.exec(text)?.[1] ?? page
  return `- [${title}](${page}): ${summaryOf(text)}`
}

// `npx vitest run test/docs/llms-text.test.ts -u` writes the file.
test('llms.txt lists the pages of the documentation with their titles and first sentences', async () => {
  const readme = readFileSync('README.md', 'utf8')
  const found = SECTIONS.map(([title, fits]) => [title, pages().filter((page) => fits.test(page))] as const)
  const lists = found.map(([title, own]) => `## ${title}\n\n${own.map(entry).join('\n')}`)
  const head = `# iii-node\n\n> ${firstParagraph(readme)} ${summaryOf(readme.slice(readme.indexOf('A worker is')))}`
  const mcp =
    '`iii-node mcp` serves tools that search these pages, and that show what an engine has and what happened in it.'
  await expect(`${[head, mcp, ...lists].join('\n\n')}\n`).toMatchFileSnapshot('../../llms.txt')
})
