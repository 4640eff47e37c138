/**
 * Writes TypeScript types as text. Names, literals and descriptions come from other programs: what this module writes is
 * valid TypeScript for any of them.
 */

/** A type. `name` is a keyword, a literal or a declared name. */
export type TypeNode =
  | { readonly kind: 'name'; readonly text: string }
  | CombinationNode
  | { readonly kind: 'list'; readonly of: TypeNode }
  | TupleNode
  | ObjectNode

interface CombinationNode {
  readonly kind: 'union' | 'intersection'
  readonly of: readonly TypeNode[]
}

interface TupleNode {
  readonly kind: 'tuple'
  readonly of: readonly TypeNode[]
  /** Elements from this one on may be missing. */
  readonly required: number
  readonly rest: TypeNode | undefined
}

interface ObjectNode {
  readonly kind: 'object'
  readonly members: readonly Member[]
  /** The type of all other members; they are not allowed when it is absent. */
  readonly rest: TypeNode | undefined
}

/** A member of an object type. */
export interface Member {
  readonly name: string
  readonly type: TypeNode
  readonly isOptional: boolean
  readonly doc: readonly string[]
}

export const named = (text: string): TypeNode => ({ kind: 'name', text })
export const UNKNOWN = named('unknown')
export const NEVER = named('never')

/** A union without repeated members; `unknown` absorbs the others. */
export function union(types: readonly TypeNode[]): TypeNode {
  return combined('union', types, { absorbing: 'unknown', neutral: 'never' })
}

/** An intersection without repeated members; `never` absorbs the others. */
export function intersection(types: readonly TypeNode[]): TypeNode {
  return combined('intersection', types, { absorbing: 'never', neutral: 'unknown' })
}

interface Absorption {
  readonly absorbing: string
  readonly neutral: string
}

function combined(
  kind: 'union' | 'intersection',
  types: readonly TypeNode[],
  { absorbing, neutral }: Absorption,
): TypeNode {
  const [single, other] = types
  if (single !== undefined && other === undefined) return single
  const members = new Map<string, TypeNode>()
  for (const type of types) {
    for (const each of type.kind === kind ? type.of : [type]) members.set(typeText(each), each)
  }
  if (members.has(absorbing)) return named(absorbing)
  members.delete(neutral)
  const [first, second] = members.values()
  if (first === undefined) return named(neutral)
  return second === undefined ? first : { kind, of: [...members.values()] }
}

/** Maximum characters of a type that is written on one line. */
const LINE_CHARACTERS = 100

/** The text of a type, whose further lines begin with `indent`. */
export function typeText(type: TypeNode, indent = ''): string {
  switch (type.kind) {
    case 'name':
      return type.text
    case 'list':
      return `${operandText(type.of, indent)}[]`
    case 'tuple':
      return tupleText(type, indent)
    case 'object':
      return objectText(type, indent)
    case 'union':
    case 'intersection':
      return combinationText(type, indent)
  }
}

function combinationText({ kind, of }: CombinationNode, indent: string): string {
  const sign = kind === 'union' ? '|' : '&'
  const textsAt = (at: string): string[] => of.map((each) => operandText(each, at, kind === 'union'))
  const texts = textsAt(indent)
  const line = texts.join(` ${sign} `)
  const isShort = line.length <= LINE_CHARACTERS && !line.includes('\n')
  if (isShort || of.filter((each) => each.kind !== 'name').length === 1) return line
  return textsAt(`${indent}    `)
    .map((text) => `\n${indent}  ${sign} ${text}`)
    .join('')
}

/** The text of a type as part of another: in parentheses where it would be read differently. */
function operandText(type: TypeNode, indent: string, isOfUnion = false): string {
  const isBound = type.kind === 'union' || (type.kind === 'intersection' && !isOfUnion)
  return isBound ? `(${typeText(type, indent)})` : typeText(type, indent)
}

function tupleText({ of, required, rest }: TupleNode, indent: string): string {
  const elements = of.map((element, at) =>
    at < required ? typeText(element, indent) : `${operandText(element, indent)}?`,
  )
  if (rest !== undefined) elements.push(`...${operandText(rest, indent)}[]`)
  return `[${elements.join(', ')}]`
}

function objectText({ members, rest }: ObjectNode, indent: string): string {
  const inner = `${indent}  `
  const lines = members.map((member) => `${docText(member.doc, inner)}${inner}${memberText(member, inner)}\n`)
  if (rest !== undefined) lines.push(`${inner}[key: string]:${after(typeText(rest, inner))}\n`)
  if (lines.length === 0) return '{}'
  const [only = ''] = lines
  const line = `{ ${only.trim()} }`
  if (lines.length === 1 && !only.trim().includes('\n') && line.length <= LINE_CHARACTERS) return line
  return `{\n${lines.join('')}${indent}}`
}

function memberText({ name, type, isOptional }: Member, indent: string): string {
  const given = isOptional ? orUndefined(type) : type
  return `${keyText(name)}${isOptional ? '?' : ''}:${after(typeText(given, indent))}`
}

/** Without a search for repeated members: the type of each member would be written out for it. */
function orUndefined(type: TypeNode): TypeNode {
  const parts = type.kind === 'union' ? type.of : [type]
  const names = parts.map((part) => (part.kind === 'name' ? part.text : ''))
  if (names.includes('unknown') || names.includes('undefined')) return type
  if (names.includes('never')) return named('undefined')
  return { kind: 'union', of: [...parts, named('undefined')] }
}

/** A type behind a sign: after a space, unless it begins on a line of its own. */
export function after(text: string): string {
  return text.startsWith('\n') ? text : ` ${text}`
}

/** A member name, quoted unless it is an identifier. */
export function keyText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringText(name)
}

/** Characters that end a line, are not visible, or change the direction of the text after them. */
// eslint-disable-next-line no-control-regex -- these are the characters to replace
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** A string literal. */
export function stringText(value: string): string {
  const inner = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner.replace(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`
}

/** Maximum characters of a description; the rest is left out. */
const DOC_CHARACTERS = 1_000

/** The lines of a description. None of them ends the comment, and none is read as a tag or a compiler directive. */
export function docLines(description: unknown): string[] {
  if (typeof description !== 'string') return []
  const text = description.length <= DOC_CHARACTERS ? description : `${description.slice(0, DOC_CHARACTERS)}…`
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/).map((line) =>
    line
      .replace(INVISIBLE, ' ')
      .trim()
      .replaceAll('*/', '*\\/')
      .replace(/^([/*\s]*)@/, '$1\\@'),
  )
  while (lines[0] === '') lines.shift()
  while (lines.at(-1) === '') lines.pop()
  return lines
}

/** A doc comment with its line end, or nothing. */
export function docText(lines: readonly string[], indent = ''): string {
  const [only, second] = lines
  if (only === undefined) return ''
  if (second === undefined) return `${indent}/** ${only} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd() + '\n').join('')}${indent} */\n`
}
