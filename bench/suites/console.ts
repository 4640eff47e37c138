/**
 * The console in headless Chromium: the sizes of its files, and how lists of 100,000 rows scroll. Frames per second
 * depend on what else the machine does, CPU per frame does not.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core'
import { contenders, type Contender } from '../contender.js'
import { MeasuredProcess } from '../measured-process.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Figure, Suite } from '../suite.js'

const ROWS = 100_000
const MAX_ROUNDS = 3
const SCROLL_MS = 3_000
/** Five rows, at 60 frames per second as fast as one turns a wheel. */
const STEP_PX = 140
const ROW_PX = 28
/** Log records that the engine keeps at least. */
const LOGS_AT_ONCE = 20_000
const PATIENCE_MS = 60_000

interface Scrolled {
  readonly framesPerSecond: number
  /** CPU of the thread of the page. */
  readonly pageMs: number
  /** CPU of all processes of the browser, which also draws what a graphics card would. */
  readonly browserMs: number
}

interface Measured {
  readonly logs: Scrolled
  readonly spans: Scrolled
}

/** Resolves once a list has so many rows. Runs in the page. */
const hasRows = (selector: string, rows: number): string => `new Promise((resolve, reject) => {
  const patience = setTimeout(() => reject(new Error(document.body.innerText)), ${String(PATIENCE_MS)})
  const look = () => {
    if (!(document.querySelector(${JSON.stringify(selector)})?.scrollHeight >= ${String(rows * ROW_PX)})) return setTimeout(look, 100)
    clearTimeout(patience)
    resolve()
  }
  look()
})`

/** Scrolls in each frame and counts the frames. Runs in the page. */
const scroll = (selector: string): string => `new Promise((resolve, reject) => {
  const box = document.querySelector(${JSON.stringify(selector)})
  let frames = 0, begun
  const frame = (at) => {
    if (box?.isConnected !== true) return reject(new Error(document.body.innerText))
    begun ??= at
    if (at - begun >= ${String(SCROLL_MS)}) return resolve({ frames, ms: at - begun })
    frames += 1
    box.scrollTop += ${String(STEP_PX)}
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
})`

async function pageCpuMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
}

async function browserCpuMs(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0) * 1_000
}

async function scrolled(page: Page, browser: Browser, selector: string): Promise<Scrolled> {
  await page.evaluate(hasRows(selector, ROWS))
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const before = [await pageCpuMs(session), await browserCpuMs(browser)] as const
  const { frames, ms } = await page.evaluate<{ frames: number; ms: number }>(scroll(selector))
  const after = [await pageCpuMs(session), await browserCpuMs(browser)] as const
  await session.detach()
  return {
    framesPerSecond: (frames * 1_000) / ms,
    pageMs: (after[0] - before[0]) / frames,
    browserMs: (after[1] - before[1]) / frames,
  }
}

async function measure({ root }: Contender): Promise<Measured> {
  await using engine = await MeasuredProcess.start('console-engine', [String(ROWS)], root)
  const url = await engine.tell<string>('url')
  const trace = await engine.tell<string>('trace')
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(PATIENCE_MS)
    await page.goto(url)
    await page.getByRole('link', { name: 'Logs' }).first().click()
    for (let rows = LOGS_AT_ONCE; rows <= ROWS; rows += LOGS_AT_ONCE) {
      await engine.tell('log', LOGS_AT_ONCE)
      await page.evaluate(hasRows('.scroll', rows))
    }
    const logs = await scrolled(page, browser, '.scroll')
    await page.goto(new URL(`/traces/${trace}`, url).href)
    const spans = await scrolled(page, browser, '.spans')
    return { logs, spans }
  } finally {
    await browser.close()
  }
}

/** What the first page loads, compressed, and all files. */
function sizes(root: string): { readonly first: number; readonly all: number } {
  const folder = join(root, 'dist/console')
  const read = (name: string): Buffer => readFileSync(join(folder, name))
  const first = new Set(['index.html', 'main.css', 'icon.svg', 'main.js'])
  // A set yields what is added while it is read.
  for (const name of first)
    if (name.endsWith('.js'))
      for (const [, imported = ''] of read(name)
        .toString()
        .matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
        first.add(imported)
  const sum = (bytes: readonly number[]): number => bytes.reduce((total, size) => total + size, 0)
  return {
    first: sum([...first].map((name) => gzipSync(read(name)).length)),
    all: sum(readdirSync(folder).map((name) => read(name).length)),
  }
}

function sizeFigure(name: string, bytes: (of: Contender) => number, limit: number) {
  return (sides: readonly Contender[]): Figure => ({
    name,
    unit: 'bytes',
    series: seriesOf(new Map(sides.map((side) => [side, [side]])), bytes),
    goal: { of: 'ours', limit, want: 'at most' },
  })
}

const SIZES = [
  sizeFigure('the first page, gzip', ({ root }) => sizes(root).first, 60_000),
  sizeFigure('all files', ({ root }) => sizes(root).all, 300_000),
]

function scrollFigures(name: string, measured: ReadonlyMap<Contender, readonly Scrolled[]>): Figure[] {
  return [
    {
      name,
      unit: 'frames/s',
      series: seriesOf(measured, ({ framesPerSecond }) => framesPerSecond),
      goal: { of: 'ours', limit: 55, want: 'at least' },
    },
    { name: `${name}, CPU of the page per frame`, unit: 'ms', series: seriesOf(measured, ({ pageMs }) => pageMs) },
    {
      name: `${name}, CPU of the browser per frame`,
      unit: 'ms',
      series: seriesOf(measured, ({ browserMs }) => browserMs),
    },
  ]
}

export const consoleInBrowser: Suite = {
  id: 'p16',
  title: 'The console in headless Chromium',
  async run(options) {
    const sides = contenders(options, ['ours'], 'ours')
    const measured = await interleave(sides, { rounds: Math.min(options.rounds, MAX_ROUNDS), warmUpRounds: 0 }, measure)
    const of = (pick: (one: Measured) => Scrolled): Map<Contender, Scrolled[]> =>
      new Map([...measured].map(([side, rounds]) => [side, rounds.map(pick)]))
    return [
      ...SIZES.map((figure) => figure(sides)),
      ...scrollFigures(
        '100,000 log records',
        of(({ logs }) => logs),
      ),
      ...scrollFigures(
        'a trace of 100,000 spans',
        of(({ spans }) => spans),
      ),
    ]
  },
}
