import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/index.js'
import { packageVersion } from '../../src/version.js'
import { UpdateFault } from '../../src/wire/updates/update-limits.js'
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

/** Codes in the first column of the tables below headings that match. */
function codesBelow(heading: RegExp): string[] {
  return tableRows(ERRORS, heading)
    .map(([code = '']) => code.replaceAll('`', ''))
    .sort()
}

test('the page about errors lists each code once, and no other', () => {
  expect(codesBelow(/^##+ (?!Update operations)/)).toEqual(Object.values(ErrorCode).sort())
})

test('the page about errors lists each fault of update operations once, and no other', () => {
  expect(codesBelow(/^### Update operations/)).toEqual(Object.values(UpdateFault).sort())
})

test('each error code is named in the source, apart from those that only a distributed engine sends', () => {
  const text = sources()
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const named = new Set(Array.from(text.matchAll(/\bErrorCode\.(\w+)/g), ([, name]) => name))
  expect(Object.keys(ErrorCode).filter((name) => !named.has(name))).toEqual(['missing_env_var'])
})

test('each error code has its own value as its name', () => {
  expect(Object.keys(ErrorCode)).toEqual(Object.values(ErrorCode))
})

test('every error class is described', async () => {
  const errors = Object.entries(await import('../../src/entry/errors.js'))
  const classes = errors.filter(([, value]) => typeof value === 'function' && /^class\b/.test(String(value)))
  const described = namesIn(ERRORS, /^# Errors/)
  for (const [name] of classes) if (name !== 'IIIError') expect(described).toContain(name)
})

test.each([
  [/`registerWorker\(address\?/, 'src/sdk/worker/options/options.ts', 'InitOptions'],
  [/in a web page/, 'src/sdk/browser/options.ts', 'BrowserOptions'],
  [/`followStream/, 'src/sdk/browser/follow-stream.ts', 'FollowOptions'],
  [/`serveFetch/, 'src/sdk/worker/fetch/serve-fetch.ts', 'ServeFetchOptions'],
  [/`parseForm/, 'src/sdk/worker/fetch/parse-form.ts', 'FormLimits'],
  [/`reconnectionConfig`/, 'src/sdk/connection/options.ts', 'ReconnectionConfig'],
  [/`otel`/, 'src/sdk/telemetry/otel-config.ts', 'OtelConfig'],
  [/`shutdownAsync/, 'src/sdk/worker/lifecycle/shutdown.ts', 'ShutdownOptions'],
  [/`createTestEngine/, 'src/testing/test-engine-options.ts', 'TestEngineOptions'],
])('the options below %s are the members of their type', (heading, file, typeName) => {
  const documented = tableRows(OPTIONS, heading).map(([name = '']) => name.replaceAll('`', ''))
  expect(documented.sort()).toEqual(membersOf(file, typeName).sort())
})

test('the environment variables are those the source reads', () => {
  const name = /(?<=')(?:III|OTEL|SERVICE)_[A-Z_]+(?=')|(?<=')(?:LANG|[A-Z]+_PROXY)(?=')|(?<=\benv\[')[A-Z_]+(?='\])/g
  const used = sources().flatMap((file) => [...readFileSync(file, 'utf8').matchAll(name)].map(([found]) => found))
  const documented = tableRows(ENVIRONMENT, /^## /).map(([variable = '']) => variable.replaceAll('`', ''))
  expect(documented.sort()).toEqual([...new Set(used)].sort())
})

test('the version in the source is that of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(packageVersion).toBe(version)
})
