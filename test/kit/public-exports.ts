/** What the package exports, read from the sources by the TypeScript compiler: values and types alike. */
import ts from 'typescript'
import { libraryEntries } from '../../scripts/entries.js'

export interface PublicExport {
  /** The subpath as users import it, such as `iii-node/errors`. */
  readonly subpath: string
  readonly name: string
  readonly kind: 'class' | 'function' | 'constant' | 'type'
  /** The first sentence of its doc comment; empty when there is none. */
  readonly summary: string
}

export function publicExports(): readonly PublicExport[] {
  const files = Object.values(libraryEntries)
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    '.',
  )
  const program = ts.createProgram(files, { ...options, noEmit: true })
  const checker = program.getTypeChecker()
  return Object.entries(libraryEntries).flatMap(([subpath, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
    return checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker))
      return {
        subpath: subpath === '.' ? 'iii-node' : `iii-node${subpath.slice(1)}`,
        name: exported.name,
        kind: kindOf(symbol),
        summary: firstSentence(comment),
      }
    })
  })
}

function kindOf({ flags }: ts.Symbol): PublicExport['kind'] {
  if (flags & ts.SymbolFlags.Class) return 'class'
  if (flags & ts.SymbolFlags.Function) return 'function'
  return flags & ts.SymbolFlags.Value ? 'constant' : 'type'
}

function firstSentence(comment: string): string {
  const text = comment.replaceAll(/\s+/g, ' ').trim()
  return /^.*?[.](?= [A-Z`]|$)/.exec(text)?.[0] ?? text
}
