/** Searches and reads the documentation that is part of the package. */
import { readdirSync, readFileSync } from 'node:fs'
import { nearestName } from '../../std/text/nearest-name.js'
import { NotFoundError } from '../command.js'

/** Beside the built command; from the sources, at the root of the project. */
const PLACES = ['../docs/', '../../../docs/']
const FOLDERS = ['guide', 'reference']
const MAX_SECTIONS = 8
const MAX_CHARACTERS = 1_500

interface Section {
  readonly page: string
  readonly heading: string
  readonly text: string
}

let known: ReadonlyMap<string, string> | undefined

/** All pages by their path. */
function pages(): ReadonlyMap<string, string> {
  known ??= new Map(PLACES.map((place) => new URL(place, import.meta.url)).flatMap(pagesIn))
  return known
}

function pagesIn(root: URL): (readonly [string, string])[] {
  try {
    return FOLDERS.flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root))
        .filter((name) => name.endsWith('.md'))
        .map((name) => [`${folder}/${name}`, readFileSync(new URL(`${folder}/${name}`, root), 'utf8')] as const),
    )
  } catch {
    // The documentation is at the other place.
    return []
  }
}

/** @throws {NotFoundError} naming the pages. */
export function readPage(page: string): string {
  const found = pages().get(page)
  if (found !== undefined) return found
  const names = [...pages().keys()]
  const near = nearestName(page, names)
  throw new NotFoundError(
    `there is no page ${page}; ${near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`}`,
  )
}

const GUIDE_SCORE = 10

/** The sections that contain most of the words, most often. */
export function searchDocs(query: string): Section[] {
  const words = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word.length > 1)
  const sections = [...pages()].flatMap(([page, text]) => sectionsOf(page, text))
  return sections
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_SECTIONS)
    .map(({ section }) => ({ ...section, text: section.text.slice(0, MAX_CHARACTERS) }))
}

function sectionsOf(page: string, text: string): Section[] {
  return text.split(/^(?=#{1,3} )/m).map((part) => {
    const [first = '', ...rest] = part.split('\n')
    return { page, heading: first.replace(/^#+ /, ''), text: rest.join('\n').trim() }
  })
}

/** A word in the heading counts more, different words more than one word often, and a guide more than a reference. */
function scoreOf({ page, heading, text }: Section, words: readonly string[]): number {
  const [title, body] = [heading.toLowerCase(), text.toLowerCase()]
  const found = words.reduce((score, word) => {
    const times = body.split(word).length - 1
    return score + (title.includes(word) ? 12 : 0) + (times > 0 ? 5 + Math.min(times, 5) : 0)
  }, 0)
  return found > 0 && page.startsWith('guide/') ? found + GUIDE_SCORE : found
}
