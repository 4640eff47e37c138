/**
 * Edits one symbol of a TypeScript source. What to replace is compared token by token, so that white space, comments,
 * line breaks and trailing commas do not matter. It must occur exactly once in the symbol; otherwise the edit fails.
 */
import ts from 'typescript'

export interface Edit {
  /** A declaration at the top level, or a member of one: `startHttp`, `Calls.settle`, `Calls.#arm`, `Calls.constructor`. */
  readonly symbol: string
  /** Tokens that occur exactly once in the symbol. */
  readonly find: string
  readonly replace: string
}

interface Span {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** The changed source. @throws {Error} when the symbol or the tokens are not there exactly once. */
export function edited(source: string, { symbol, find, replace }: Edit): string {
  const places = spansOf(source, symbol)
  if (places.length === 0) throw new Error(`there is no symbol ${symbol}`)
  const wanted = tokensOf(find)
  if (wanted.length === 0) throw new Error('there is nothing to find')
  const found = places.flatMap((place) => occurrences(tokensOf(place.text, place.start), wanted))
  const [only] = found
  if (only === undefined || found.length > 1)
    throw new Error(`the text to replace occurs ${String(found.length)} times in ${symbol}, not once: ${find}`)
  const changed = source.slice(0, only.start) + replace + source.slice(only.end)
  if (changed === source) throw new Error('the replacement changes nothing')
  return changed
}

/** The text of a symbol, in each of its declarations: overloads, and a getter beside its setter. */
function spansOf(source: string, symbol: string): readonly Span[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest)
  const [name, member] = symbol.split('.')
  const declared = file.statements
    .flatMap((statement) => declarations(statement))
    .filter((node) => nameOf(node, file) === name)
  const nodes =
    member === undefined ? declared : declared.flatMap(membersOf).filter((node) => nameOf(node, file) === member)
  return nodes.map((node) => ({ text: node.getText(file), start: node.getStart(file), end: node.end }))
}

function declarations(statement: ts.Statement): readonly ts.Node[] {
  return ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement]
}

function membersOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isClassDeclaration(node)) return node.members
  const object = ts.isVariableDeclaration(node) ? node.initializer : undefined
  return object !== undefined && ts.isObjectLiteralExpression(object) ? object.properties : []
}

function nameOf(node: ts.Node, file: ts.SourceFile): string | undefined {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  return (node as { readonly name?: ts.Node }).name?.getText(file)
}

/** The tokens of a text without comments and trailing commas. The text need not be complete syntax. */
function tokensOf(text: string, offset = 0): readonly Span[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text)
  const tokens: Span[] = []
  /** Open braces; `true` for those of a template. */
  const braces: boolean[] = []
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === ts.SyntaxKind.CloseBraceToken && braces.pop() === true) kind = scanner.reScanTemplateToken(false)
    if (kind === ts.SyntaxKind.OpenBraceToken) braces.push(false)
    if (kind === ts.SyntaxKind.TemplateHead || kind === ts.SyntaxKind.TemplateMiddle) braces.push(true)
    if (kind === ts.SyntaxKind.SlashToken && !isOperand(tokens.at(-1)?.text)) scanner.reScanSlashToken()
    const token = scanner.getTokenText()
    if (/^[)\]}]$/.test(token) && tokens.at(-1)?.text === ',') tokens.pop()
    tokens.push({ text: token, start: offset + scanner.getTokenStart(), end: offset + scanner.getTokenEnd() })
  }
  return tokens
}

/** Whether a slash behind the token divides; otherwise it starts a regular expression. */
function isOperand(token: string | undefined): boolean {
  return token !== undefined && /[\w$)\]}'"`]$/.test(token) && !/^(return|case|typeof|of|in|await|yield)$/.test(token)
}

function occurrences(tokens: readonly Span[], wanted: readonly Span[]): readonly Span[] {
  return tokens.flatMap(({ start }, at) => {
    const run = tokens.slice(at, at + wanted.length)
    const isEqual = run.length === wanted.length && run.every(({ text }, n) => text === wanted[n]!.text)
    return isEqual ? [{ text: '', start, end: run.at(-1)!.end }] : []
  })
}
