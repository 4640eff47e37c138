/** The console in headless Chromium: its size, how smoothly long lists scroll, and how long its tasks take. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium, type Page } from 'playwright-core'
import { here } from '../contender.js'
import { MeasuredProcess } from '../measured-process.js'
import { PROJECT } from '../project.js'
import type { Figure, Suite } from '../suite.js'

const ROWS = 100_000
const SCROLL_FRAMES = 180
const SCROLL_PX = 700
const WAIT_MS = 60_000
const FIRST_PAGE = ['index.html', 'main.js', 'main.css', 'icon.svg']

/** A task with the aim of each: what a person does after the page is shown, without the time to read. */
interface Task {
  readonly name: string
  readonly path: string
  /** A text of the page it begins with. */
  readonly from: RegExp
  readonly run: (page: Page) => Promise<void>
}

const TASKS: readonly Task[] = [
  {
    name: 'which call failed, with what input, why: 2 clicks',
    path: '/',
    from: /no price for kettle/,
    run: async (page) => {
      await page.getByRole('link', { name: /prices::find.*no price for kettle/ }).click()
      await page.getByText('Error: There is no price for kettle').waitFor()
      await page.getByRole('tab', { name: 'Input' }).click()
      await page.getByLabel('Input').getByText('"kettle"').waitFor()
    },
  },
  {
    name: 'run it again: 1 key',
    path: '/traces?status=error&q=kettle',
    from: /POST \/orders/,
    run: async (page) => {
      await page.keyboard.press('r')
      await page.waitForURL((url) => !url.search.includes('kettle'))
      await page.getByText('Error: There is no price for kettle').waitFor()
    },
  },
  {
    name: 'why is this request slow: 2 clicks',
    path: '/traces',
    from: /POST \/orders/,
    run: async (page) => {
      await page
        .getByRole('link', { name: /POST \/orders/ })
        .last()
        .click()
      await page.locator('.span:has(.critical)').last().click()
      await page.getByRole('region', { name: 'Selected span' }).waitFor()
    },
  },
  {
    name: 'what is stuck in the queue, why; put it back: 3 clicks',
    path: '/',
    from: /no price for kettle/,
    run: async (page) => {
      await page
        .getByRole('navigation')
        .getByRole('link', { name: /Queues/ })
        .click()
      await page.getByRole('link', { name: /shipping/ }).click()
      await page.getByLabel('Payload').getByText('"cup"').waitFor()
      await page.getByText('There is no cup in stock').first().waitFor()
      await page.getByRole('button', { name: 'Redrive', exact: true }).click()
      await page
        .getByText(/attempts\.$|1 dead letter/)
        .first()
        .waitFor()
    },
  },
  {
    name: 'what would happen if I POST this: 2 clicks',
    path: '/triggers',
    from: /POST \/orders/,
    run: async (page) => {
      await page.getByRole('link', { name: /POST \/orders/ }).click()
      await page.getByLabel('Body', { exact: true }).fill('{ "sku": "tea" }')
      await page.getByRole('button', { name: 'Send' }).click()
      await page.getByText(/^201 in /).waitFor()
      await page.getByRole('button', { name: /execute prices::find/ }).waitFor()
    },
  },
  {
    name: 'who called this function, what does it call: 2 clicks',
    path: '/functions',
    from: /orders::|prices::/,
    run: async (page) => {
      await page.getByRole('link', { name: /prices::find/ }).click()
      await page.getByRole('tab', { name: 'Callers and callees' }).click()
      await page.getByRole('link', { name: /orders::create.*\/min/ }).waitFor()
    },
  },
]

/** How a list scrolled: frames per second, and the processor time of the page's main thread for each. */
interface Scrolling {
  readonly perSecond: number
  readonly frameMs: number
}

/** Scrolls by some rows in each frame. */
async function scrolled(page: Page, selector: string): Promise<Scrolling> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busySeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
  }
  const before = await busySeconds()
  const perSecond = await page.evaluate<number>(`new Promise((resolve) => {
    const box = document.querySelector('${selector}')
    let [count, startedAt] = [0, 0]
    const next = (now) => {
      if (count === 0) startedAt = now
      box.scrollBy(0, ${String(SCROLL_PX)})
      if (count++ < ${String(SCROLL_FRAMES)}) requestAnimationFrame(next)
      else resolve((${String(SCROLL_FRAMES)} * 1000) / (now - startedAt))
    }
    requestAnimationFrame(next)
  })`)
  return { perSecond, frameMs: ((await busySeconds()) - before) * (1_000 / SCROLL_FRAMES) }
}

/** Answers what the console asks for with many rows, more than an engine keeps by default. */
async function withManyRows(page: Page): Promise<void> {
  await page.routeWebSocket(/\/engine/, (browser) => {
    const engine = browser.connectToServer()
    browser.onMessage((frame) => {
      const { function_id, invocation_id, data } = JSON.parse(String(frame)) as Partial<Asked>
      const rows = MANY[function_id ?? '']
      if (rows === undefined) engine.send(frame)
      else {
        const answer = { type: 'invocationresult', invocation_id, function_id, result: rows(data ?? {}) }
        browser.send(JSON.stringify(answer))
      }
    })
  })
}

interface Asked {
  readonly function_id: string
  readonly invocation_id: string
  readonly data: { readonly offset?: number; readonly limit?: number }
}

const START_NS = 1_790_000_000_000_000_000

function spanOf(index: number): object {
  const start = START_NS + index * 1e6
  return {
    trace_id: 'a'.repeat(32),
    span_id: String(index).padStart(16, '0'),
    name: `execute step::${String(index % 100)}`,
    service_name: 'steps',
    status: index % 50 === 3 ? 'error' : 'ok',
    start_time_unix_nano: start,
    end_time_unix_nano: start + 5e6,
    attributes: [],
    events: [],
  }
}

const MANY: Readonly<Record<string, (data: Asked['data']) => object>> = {
  'engine::logs::list': ({ offset = 0, limit = 0 }) => ({
    logs: Array.from({ length: Math.max(0, Math.min(limit, ROWS - offset)) }, (_, index) => ({
      timestamp_unix_nano: START_NS - (offset + index) * 1e6,
      observed_timestamp_unix_nano: 0,
      severity_number: index % 50 === 3 ? 17 : 9,
      severity_text: index % 50 === 3 ? 'ERROR' : 'INFO',
      body: `record ${String(offset + index)}`,
      attributes: { order: offset + index },
      service_name: 'steps',
    })),
  }),
  'engine::traces::tree': () => ({
    roots: [{ ...spanOf(0), children: Array.from({ length: ROWS - 1 }, (_, index) => spanOf(index + 1)) }],
  }),
}

interface Round {
  readonly logs: Scrolling
  readonly spans: Scrolling
  readonly taskMs: readonly number[]
}

async function measure(): Promise<Round> {
  await using engine = await MeasuredProcess.start('console-engine')
  const url = await engine.tell<string>('start')
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(WAIT_MS)
    await page.goto(url)
    const taskMs: number[] = []
    for (const task of TASKS) taskMs.push(await timed(page, task, url))
    await withManyRows(page)
    await page.goto(new URL('/logs', url).href)
    await page.getByText(ROWS.toLocaleString('en'), { exact: true }).waitFor()
    const logs = await scrolled(page, '.scroll')
    await page.goto(new URL(`/traces/${'a'.repeat(32)}`, url).href)
    await page.getByText(`${String(ROWS)} spans`).waitFor()
    return { logs, spans: await scrolled(page, '.spans'), taskMs }
  } finally {
    await browser.close()
    await engine.tell('stop')
  }
}

async function timed(page: Page, { path, from, run }: Task, url: string): Promise<number> {
  await page.goto(new URL(path, url).href)
  await page.getByText(from).first().waitFor()
  if (path.includes('q=')) {
    await page.getByRole('list').getByRole('link').first().click()
    await page.getByRole('button', { name: /Run again/ }).waitFor()
  }
  const startedAt = performance.now()
  await run(page)
  return performance.now() - startedAt
}

function sizes(): readonly Figure[] {
  const folder = join(PROJECT, 'dist/console')
  const first = FIRST_PAGE.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
  const all = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  const side = (value: number): Figure['series'] => [{ side: 'ours', values: [value] }]
  return [
    {
      name: 'first page, gzip',
      unit: 'kB',
      series: side(first / 1e3),
      goal: { of: 'ours', limit: 60, want: 'at most' },
    },
    { name: 'all files', unit: 'kB', series: side(all / 1e3), goal: { of: 'ours', limit: 300, want: 'at most' } },
  ]
}

export const consolePages: Suite = {
  id: 'p16',
  title: 'The console',
  async run({ rounds }) {
    const results: Round[] = []
    for (let round = 0; round < Math.min(rounds, 3); round++) results.push(await measure())
    const figure = (name: string, unit: string, of: (round: Round) => number): Figure => {
      return { name, unit, series: [{ side: here('ours').label, values: results.map(of) }] }
    }
    const many = ROWS.toLocaleString('en')
    const smooth = { of: 'ours', limit: 55, want: 'at least' } as const
    return [
      ...sizes(),
      { ...figure(`${many} log records scroll`, 'frames/s', ({ logs }) => logs.perSecond), goal: smooth },
      { ...figure(`${many} spans scroll`, 'frames/s', ({ spans }) => spans.perSecond), goal: smooth },
      figure('CPU of the page for a frame of log records', 'ms', ({ logs }) => logs.frameMs),
      figure('CPU of the page for a frame of spans', 'ms', ({ spans }) => spans.frameMs),
      ...TASKS.map(({ name }, index) => figure(name, 'ms', ({ taskMs }) => taskMs[index] ?? 0)),
    ]
  },
}
