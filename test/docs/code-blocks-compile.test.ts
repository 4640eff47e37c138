import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { codeBlocks, pages } from '../kit/documents.js'

/** Below the root, so that the package's name leads to its sources. */
const FOLDER = join('temp', 'docs-types')

/** A reader copies a block into a strict project; style rules of this one are not theirs. */
function strictOptions(): ts.CompilerOptions {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    '.',
  )
  const lenient = { noPropertyAccessFromIndexSignature: false, noUnusedLocals: false, noUnusedParameters: false }
  return { ...options, ...lenient, noEmit: true }
}

test('the code of the documentation compiles in a strict project', { timeout: 120_000 }, () => {
  mkdirSync(FOLDER, { recursive: true })
  const blocks = pages().flatMap((page) => codeBlocks(page).filter(({ language }) => language === 'ts'))
  const files = blocks.map(({ page, line, code }) => {
    const file = join(FOLDER, `${`${page}:${String(line)}`.replaceAll(/[^\w]+/g, '-')}.mts`)
    writeFileSync(file, code)
    return file
  })
  expect(files.length).toBeGreaterThan(20)
  const program = ts.createProgram(files, strictOptions())
  const wrong = files.flatMap((file) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(({ start = 0, messageText }) => {
      const line = program.getSourceFile(file)!.getLineAndCharacterOfPosition(start).line + 1
      return `${file}:${String(line)} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    }),
  )
  expect(wrong).toEqual([])
})
