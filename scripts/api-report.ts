/**
 * Writes the public API of every entry point to a text file in docs/api/, so that reviews show its changes. Compares by
 * default; `--write` updates the reports. Reads dist/, and builds it first if it is old.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor'
import { libraryEntries, outputName } from './entries.js'
import ensureBuild from './ensure-build.js'

const REPORTS = 'docs/api'
const write = process.argv.includes('--write')

const quiet = { logLevel: ExtractorLogLevel.None }
const inReport = { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true }

const configFile = (name: string): IConfigFile => ({
  projectFolder: resolve('.'),
  mainEntryPointFilePath: resolve(`dist/${name}.d.ts`),
  compiler: { tsconfigFilePath: resolve('tsconfig.json') },
  newlineKind: 'lf',
  apiReport: {
    enabled: true,
    reportFileName: reportName(name),
    reportFolder: resolve(REPORTS),
    reportTempFolder: resolve('temp/api'),
  },
  docModel: { enabled: false },
  dtsRollup: { enabled: false },
  tsdocMetadata: { enabled: false },
  messages: {
    compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
    extractorMessageReporting: {
      default: inReport,
      // Everything exported is public; no release tags.
      'ae-missing-release-tag': quiet,
    },
    // The doc comments are written for editors; `@throws {CODE} when …` is not TSDoc syntax.
    tsdocMessageReporting: { default: quiet },
  },
})

/** All reports are in one folder: `helpers/http` is `helpers-http.api.md`. */
function reportName(name: string): string {
  return `${name.replaceAll('/', '-')}.api.md`
}

/** Whether the report of one entry point is up to date. */
function report(name: string): boolean {
  const file = `${REPORTS}/${reportName(name)}`
  const { apiReportChanged, errorCount } = Extractor.invoke(
    ExtractorConfig.prepare({
      configObject: configFile(name),
      configObjectFullPath: undefined,
      packageJsonFullPath: resolve('package.json'),
    }),
    {
      localBuild: write,
      messageCallback: (message) => {
        // Findings for the report are shown there; only errors go to the terminal.
        if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true
      },
    },
  )
  if (apiReportChanged) console.log(write ? `updated ${file}` : `${file} is out of date; run \`npm run api\``)
  return errorCount === 0 && (write || !apiReportChanged)
}

function removeStrayReports(names: readonly string[]): readonly string[] {
  const expected = new Set(names.map(reportName))
  const stray = readdirSync(REPORTS).filter((file) => file.endsWith('.api.md') && !expected.has(file))
  if (write) for (const file of stray) rmSync(join(REPORTS, file))
  return stray
}

ensureBuild()
mkdirSync(REPORTS, { recursive: true })
const names = Object.keys(libraryEntries).map(outputName)
const bad = names.filter((name) => !report(name))
const stray = removeStrayReports(names)
if (!write) for (const file of stray) console.log(`${REPORTS}/${file} belongs to no entry point; run \`npm run api\``)

console.log(`API reports: ${names.length - bad.length} of ${names.length} as expected`)
process.exitCode = bad.length > 0 || (!write && stray.length > 0) ? 1 : 0
