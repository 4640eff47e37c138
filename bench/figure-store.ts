/**
 * Stores the figures that documents show in `figures.json`: the latest run, suite by suite. Documents are generated
 * only from it, so that they cannot contradict each other.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { DOCUMENTS, refreshed, type Kept } from './figure-documents.js'
import { PROJECT } from './project.js'
import type { Summary } from './report.js'

const STORE = join(PROJECT, 'bench/figures.json')
/** Further digits are noise. */
const DIGITS = 4

export function keptFigures(): readonly Kept[] {
  return JSON.parse(readFileSync(STORE, 'utf8')) as readonly Kept[]
}

/** Replaces the figures of these suites, and updates the documents. */
export async function keepFigures(summaries: readonly Summary[]): Promise<void> {
  const byId = new Map(keptFigures().map((kept) => [kept.id, kept]))
  for (const summary of summaries) byId.set(summary.id, { ...summary, machine: machine(), load: loadavg()[0] ?? 0 })
  const rounded = JSON.stringify([...byId.values()], (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value,
  )
  writeFileSync(STORE, await formatted(STORE, rounded))
  for (const document of DOCUMENTS) {
    const file = join(PROJECT, document)
    writeFileSync(file, await upToDate(file))
  }
}

/** The expected content of a document for the stored figures. */
export async function upToDate(file: string): Promise<string> {
  return formatted(file, refreshed(readFileSync(file, 'utf8'), keptFigures()))
}

async function formatted(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file })
}

function machine(): string {
  const [cpu] = cpus()
  const gigabytes = (totalmem() / 1024 ** 3).toFixed(0)
  return `${cpu?.model ?? 'unknown'}, ${cpus().length} cores, ${gigabytes} GiB, ${platform()}, Node ${process.version}`
}
