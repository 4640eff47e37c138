/** Reads the limits from the source: numeric constants whose names are those of a limit. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

export interface SourceLimit {
  /** `path of the file below src` and the name, as `engine/limits.ts maxChannels`. */
  readonly id: string
  readonly value: number
  /** The value with its unit, as the reference writes it. */
  readonly text: string
}

/** `MAX_…`, and what bounds bytes, items or a time. Names of text that is shortened for a message are left out. */
const BOUNDS = /^(MAX|FULL)_|_(BYTES|ITEMS|CAPACITY|TIMEOUT_MS|LIMIT_MS|FRAMES)$/
const SHORTENS_TEXT = /SHOWN|REASON|NAMED|LISTED|ECHOED|FAULTS/
/** What cannot be otherwise: how the platform, a standard or a format has it. */
const GIVEN =
  /_(STATUS|PORT|TTL_SECONDS|DELAY_MS|NANOS|MICROS|DURATION_MS|LENGTH)$|^MAX_SPARE|(PREFIX|PAGE|HEADER|KEY)_BYTES/
/** Members of an object of limits. */
const MEMBER_BOUNDS = /^max[A-Z]|TimeoutMs$/
/** Says what an option must be at least. */
const MINIMUMS = 'MINIMUMS'

/** The pages of the console limit what they draw, which is no limit of the package. */
const IN_THE_BROWSER = /^console[\\/]/

/** All limits, sorted by their id. */
export function sourceLimits(): readonly SourceLimit[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !IN_THE_BROWSER.test(name),
  )
  return files.flatMap(limitsOf).sort((a, b) => (a.id < b.id ? -1 : 1))
}

function limitsOf(file: string): SourceLimit[] {
  const path = join('src', file)
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
  const known = new Map<string, number>()
  const limits: SourceLimit[] = []
  const note = (name: string, value: number): void => {
    limits.push({ id: `${file} ${name}`, value, text: quantity(name, value) })
  }
  for (const { name, initializer } of constants(source)) {
    if (name === MINIMUMS) continue
    for (const [member, value] of members(initializer, known)) if (MEMBER_BOUNDS.test(member)) note(member, value)
    const value = valueOf(initializer, known)
    if (value === undefined) continue
    known.set(name, value)
    if (BOUNDS.test(name) && !SHORTENS_TEXT.test(name) && !GIVEN.test(name)) note(name, value)
  }
  return limits
}

interface Constant {
  readonly name: string
  readonly initializer: ts.Expression
}

function constants(source: ts.SourceFile): Constant[] {
  return source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .flatMap(({ name, initializer }) =>
      ts.isIdentifier(name) && initializer !== undefined ? [{ name: name.text, initializer }] : [],
    )
}

function members(object: ts.Expression, known: ReadonlyMap<string, number>): [string, number][] {
  if (!ts.isObjectLiteralExpression(object)) return []
  return object.properties.flatMap((property): [string, number][] => {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) return []
    const value = valueOf(property.initializer, known)
    return value === undefined ? [] : [[property.name.text, value]]
  })
}

/** The value of a sum of products of numbers and constants above it; `undefined` for anything else. */
function valueOf(expression: ts.Expression, known: ReadonlyMap<string, number>): number | undefined {
  if (ts.isNumericLiteral(expression)) return Number(expression.text)
  if (ts.isIdentifier(expression)) return known.get(expression.text)
  if (!ts.isBinaryExpression(expression)) return undefined
  const [left, right] = [valueOf(expression.left, known), valueOf(expression.right, known)]
  if (left === undefined || right === undefined) return undefined
  const { kind } = expression.operatorToken
  if (kind === ts.SyntaxKind.AsteriskToken) return left * right
  return kind === ts.SyntaxKind.PlusToken ? left + right : undefined
}

const KIB = 1024
const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS

/** A value with the unit that its name says. */
function quantity(name: string, value: number): string {
  if (/(bytes|weight)$/i.test(name)) {
    if (value % KIB ** 2 === 0) return `${spaced(value / KIB ** 2)} MiB`
    return value % KIB === 0 ? `${spaced(value / KIB)} KiB` : `${spaced(value)} B`
  }
  if (!/(_MS|Ms)$/.test(name)) return spaced(value)
  if (value % HOUR_MS === 0) return `${spaced(value / HOUR_MS)} h`
  if (value % (60 * SECOND_MS) === 0) return `${spaced(value / 60 / SECOND_MS)} min`
  return value % SECOND_MS === 0 ? `${spaced(value / SECOND_MS)} s` : `${spaced(value)} ms`
}

/** With a space between each three digits. */
function spaced(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ')
}
