/**
 * Reads the documentation as data: pages, code blocks, tables and links.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** Pages whose words have to hold; reports that a tool writes are left out. */
export function pages(): readonly string[] {
  const documents = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .map((name) => join('docs', name))
    .filter((file) => file.endsWith('.md') && !file.startsWith(join('docs', 'api')))
  return [
    'README.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    join('bench', 'README.md'),
    ...documents.sort(),
  ]
}

function read(page: string): string {
  return readFileSync(page, 'utf8')
}

export interface CodeBlock {
  readonly page: string
  /** Where it begins, counted from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
}

export function codeBlocks(page: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { line: number; language: string; lines: string[] } | undefined
  for (const [index, text] of read(page).split('\n').entries()) {
    const fence = /^```(\w*)/.exec(text)
    if (open === undefined) {
      if (fence !== null) open = { line: index + 1, language: fence[1] ?? '', lines: [] }
    } else if (fence === null) open.lines.push(text)
    else {
      blocks.push({ page, line: open.line, language: open.language, code: open.lines.join('\n') })
      open = undefined
    }
  }
  return blocks
}

/** The rows of every table below a heading that matches, as cells. Heads and rules are left out. */
export function tableRows(page: string, heading: RegExp): readonly (readonly string[])[] {
  const sections = read(page).split(/^(?=#+ )/m)
  return sections
    .filter((section) => heading.test(section.split('\n', 1)[0] ?? ''))
    .flatMap((section) => section.split('\n').filter((line) => line.startsWith('|')))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells, index, rows) => !isRule(cells) && !isRule(rows[index + 1] ?? []))
}

function isRule(cells: readonly string[]): boolean {
  return cells.length > 0 && cells.every((cell) => /^:?-+:?$/.test(cell))
}

/** The names in backticks in the first column of a table. */
export function namesIn(page: string, heading: RegExp): string[] {
  return tableRows(page, heading).flatMap(([first = '']) =>
    [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  )
}

export interface Link {
  /** The file it leads to, from the root; the page itself for a bare anchor. */
  readonly file: string
  readonly anchor: string | undefined
}

/** Links to files of the repository. */
export function internalLinks(page: string): readonly Link[] {
  const prose = read(page).replace(/^```[^]*?^```/gm, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/i.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#')
      return { file: path === '' ? page : normalize(join(dirname(page), path)), anchor }
    })
}

/** The anchors of a page's headings. */
export function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
}
