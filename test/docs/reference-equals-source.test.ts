import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/index.js'
import { packageVersion } from '../../src/version.js'
import { namesIn, tableRows } from '../kit/documents.js'

const ERRORS = 'docs/reference/errors.md'
const OPTIONS = 'docs/reference/options.md'
const ENVIRONMENT = 'docs/reference/environment.md'

/** Members of an interface or object type, from its source. */
function membersOf(file: string, typeName: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
  for (const statement of source.statements) {
    const isNamed =
      (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && statement.name.text === typeName
    if (!isNamed) continue
    const members = ts.isInterfaceDeclaration(statement)
      ? statement.members
      : ts.isTypeLiteralNode(statement.type)
        ? statement.type.members
        : undefined
    if (members !== undefined) return members.map((member) => member.name!.getText(source))
  }
  throw new Error(`${file} declares no type ${typeName} with members of its own`)
}

function sources(): readonly string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name))
}

test('the pages about errors list each code once, and no other', () => {
  const listed = tableRows(ERRORS, /^## /).map(([code = '']) => code.replaceAll('`', ''))
  expect(new Set(listed).size).toBe(listed.length)
  expect(listed.sort()).toEqual(Object.values(ErrorCode).sort())
})

test('every error class is described', async () => {
  const errors = Object.entries(await import('../../src/entry/errors.js'))
  const classes = errors.filter(([, value]) => typeof value === 'function' && /^class\b/.test(String(value)))
  const described = namesIn(ERRORS, /^# Errors/)
  for (const [name] of classes) if (name !== 'IIIError') expect(described).toContain(name)
})

test.each([
  [/`registerWorker/, 'src/sdk/worker/options.ts', 'InitOptions'],
  [/`reconnectionConfig`/, 'src/sdk/connection/options.ts', 'ReconnectionConfig'],
  [/`otel`/, 'src/sdk/telemetry/otel-config.ts', 'OtelConfig'],
  [/`shutdownAsync/, 'src/sdk/worker/lifecycle/shutdown.ts', 'ShutdownOptions'],
  [/`createTestEngine/, 'src/testing/test-engine-options.ts', 'TestEngineOptions'],
])('the options below %s are the members of their type', (heading, file, typeName) => {
  const documented = tableRows(OPTIONS, heading).map(([name = '']) => name.replaceAll('`', ''))
  expect(documented.sort()).toEqual(membersOf(file, typeName).sort())
})

test('the environment variables are those the source reads', () => {
  const name = /'((?:III|OTEL|SERVICE)_[A-Z_]+|LANG)'/g
  const used = sources().flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(name)].map(([, found = '']) => found),
  )
  const documented = tableRows(ENVIRONMENT, /^## /).map(([variable = '']) => variable.replaceAll('`', ''))
  expect(documented.sort()).toEqual([...new Set(used)].sort())
})

test('the version in the source is that of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(packageVersion).toBe(version)
})
