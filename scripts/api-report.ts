/**
 * Writes the public surface of every entry point to a text file in docs/api/, so that a review shows each change to it.
 * Compares by default; `--write` updates the reports. The declarations come from `tsc`, not from dist/: the bundler's chunk
 * names would end up in the reports. They are written unchecked, since `npm run typecheck` checks the same sources. An export
 * without a doc comment and a type that no entry point exports are errors.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
  type IConfigFile,
} from '@microsoft/api-extractor'
import type ts from 'typescript'
import { libraryEntries } from './entries.js'

const REPORTS = 'docs/api'
const DECLARATIONS = 'temp/types'
const write = process.argv.includes('--write')

const quiet = { logLevel: ExtractorLogLevel.None }
const error = { logLevel: ExtractorLogLevel.Error }
const inReport = { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true }

/** The declaration file that `tsc` makes of a source file. */
function declarationOf(source: string): string {
  return resolve(source.replace(/^src/u, DECLARATIONS).replace(/\.ts$/u, '.d.ts'))
}

/** Reports lie in one folder: `helpers/http` is `helpers-http.api.md`. */
function reportName(subpath: string): string {
  return subpath === '.' ? 'index.api.md' : `${subpath.slice('./'.length).replaceAll('/', '-')}.api.md`
}

const configFile = (subpath: string, source: string): IConfigFile => ({
  projectFolder: resolve('.'),
  mainEntryPointFilePath: declarationOf(source),
  compiler: { tsconfigFilePath: resolve('scripts/tsconfig.declarations.json') },
  newlineKind: 'lf',
  apiReport: {
    enabled: true,
    reportFileName: reportName(subpath),
    reportFolder: resolve(REPORTS),
    reportTempFolder: resolve('temp/api'),
  },
  docModel: { enabled: false },
  dtsRollup: { enabled: false },
  tsdocMetadata: { enabled: false },
  messages: {
    compilerMessageReporting: { default: error },
    extractorMessageReporting: {
      default: inReport,
      'ae-forgotten-export': error,
      'ae-undocumented': error,
      // Everything exported is public; no release tags.
      'ae-missing-release-tag': quiet,
    },
    // The doc comments are written for editors; `@throws {CODE} when …` is not TSDoc's own form.
    tsdocMessageReporting: { default: quiet },
  },
})

function prepare([subpath, source]: readonly [string, string]): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObject: configFile(subpath, source),
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
  })
}

/** Names that at least one entry point exports. */
function exportedNames(program: ts.Program): ReadonlySet<string> {
  const checker = program.getTypeChecker()
  const modules = Object.values(libraryEntries).flatMap((source) => {
    const file = program.getSourceFile(declarationOf(source))
    const symbol = file === undefined ? undefined : checker.getSymbolAtLocation(file)
    return symbol === undefined ? [] : [symbol]
  })
  return new Set(modules.flatMap((module) => checker.getExportsOfModule(module).map(({ name }) => name)))
}

/** A type is forgotten when no entry point exports it; an entry point need not repeat what another one exports. */
function isExportedElsewhere({ messageId, text }: ExtractorMessage): boolean {
  if (messageId !== 'ae-forgotten-export') return false
  // api-extractor numbers the second of two types of the same name.
  const name = /"(\w+?)(?:_\d+)?"/u.exec(text)?.[1]
  return name !== undefined && exported.has(name)
}

/** Findings that belong in the report are read there; only errors are worth the terminal. */
function printErrorsOnly(message: ExtractorMessage): void {
  if (isExportedElsewhere(message)) message.logLevel = ExtractorLogLevel.None
  if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true
}

/** Whether the report of one entry point is as it should be. */
function report(config: ExtractorConfig, compilerState: CompilerState): boolean {
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    compilerState,
    localBuild: write,
    messageCallback: printErrorsOnly,
  })
  const file = join(REPORTS, config.reportConfigs[0]?.fileName ?? '')
  if (apiReportChanged) console.log(write ? `updated ${file}` : `${file} is out of date; run \`npm run api\``)
  return errorCount === 0 && (write || !apiReportChanged)
}

function removeStrayReports(): readonly string[] {
  const expected = new Set(Object.keys(libraryEntries).map(reportName))
  const stray = readdirSync(REPORTS).filter((file) => file.endsWith('.api.md') && !expected.has(file))
  if (write) for (const file of stray) rmSync(join(REPORTS, file))
  return stray
}

rmSync(DECLARATIONS, { recursive: true, force: true })
execFileSync('npx', ['tsc', '-p', 'scripts/tsconfig.declarations.json'], { stdio: 'inherit' })
mkdirSync(REPORTS, { recursive: true })
const configs = Object.entries(libraryEntries).map(prepare)
const [first] = configs
if (first === undefined) throw new Error('scripts/entries.ts lists no entry point')
const compilerState = CompilerState.create(first, {
  additionalEntryPoints: configs.map((config) => config.mainEntryPointFilePath),
})
const exported = exportedNames(compilerState.program as ts.Program)
const bad = configs.filter((config) => !report(config, compilerState))
const stray = removeStrayReports()
if (!write) for (const file of stray) console.log(`${REPORTS}/${file} belongs to no entry point; run \`npm run api\``)

console.log(`API reports: ${configs.length - bad.length} of ${configs.length} as expected`)
process.exitCode = bad.length > 0 || (!write && stray.length > 0) ? 1 : 0
