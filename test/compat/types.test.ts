import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { replacedSubpaths, sourceOf } from './official-packages.js'

const FILES = ['test/types/compat.test-d.ts', 'test/types/compat-observability.test-d.ts']

/** Reads the exports of modules with the compiler. */
function exportedNames(specifiers: readonly string[]): (specifier: string) => string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    '.',
  )
  const host = ts.createCompilerHost(options)
  const files = specifiers.map((specifier) => {
    const { resolvedModule } = ts.resolveModuleName(
      specifier,
      `${process.cwd()}/test/compat/types.test.ts`,
      options,
      host,
    )
    return resolvedModule?.resolvedFileName ?? specifier
  })
  const program = ts.createProgram(files, options, host)
  const checker = program.getTypeChecker()
  return (specifier) => {
    const source = program.getSourceFile(files[specifiers.indexOf(specifier)] ?? '')
    const symbol = source && checker.getSymbolAtLocation(source)
    if (symbol === undefined) throw new Error(`${specifier} is no module`)
    return checker.getExportsOfModule(symbol).map(({ name }) => name)
  }
}

test('every name the official packages export, types included, is exported by the subpath that replaces it', () => {
  const sources = replacedSubpaths.map(({ ours }) => `${process.cwd()}/${sourceOf(ours) ?? ours}`)
  const namesOf = exportedNames([...replacedSubpaths.map(({ theirs }) => theirs), ...sources])
  const missing = replacedSubpaths.flatMap(({ theirs }, i) => {
    const found = new Set(namesOf(sources[i] ?? ''))
    return namesOf(theirs).flatMap((name) => (found.has(name) ? [] : [`${theirs} ${name}`]))
  })
  expect(missing).toEqual([])
  expect(namesOf('@iii-dev/helpers/stream')).toContain('UpdateOpError')
}, 60_000)

test('every name they export is compared in the type test', () => {
  const text = FILES.map((file) => readFileSync(file, 'utf8')).join('\n')
  const namesOf = exportedNames(replacedSubpaths.map(({ theirs }) => theirs))
  const uncompared = replacedSubpaths.flatMap(({ theirs }) =>
    namesOf(theirs).flatMap((name) => (new RegExp(`\\.${name}\\b`).test(text) ? [] : [`${theirs} ${name}`])),
  )
  expect(uncompared).toEqual([])
}, 60_000)
