/** The page of runs: what each run does or waits for, its steps, and what can be done with it. */
import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { startConsole } from '../../src/console-server/console-server.js'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import { defineSignal, defineWorkflow, serveWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import type { III } from '../../src/index.js'
import { safeLines } from '../../src/std/text/one-line.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { findings, LOOKS, openConsole, startChromium } from './console-browser.js'

const PICTURES = 'temp/console'
const LIMIT_MS = 60_000
/** A name that would become an element if it were written as HTML. */
const HOSTILE = '<img src=x onerror=alert(1)>/..%2f\u202e?#"'

interface Order {
  readonly sku: string
  readonly quantity: number
}

const payment = defineSignal({ name: 'payment' })
const notify = defineWorkflow({ id: 'customers::notify' }, (flow) => flow.step('mail', () => 'sent'))

let stock = 0
const place = defineWorkflow({ id: 'orders::place', version: 2 }, async (flow, order: Order) => {
  flow.log.info('Order received', order)
  await flow.step(
    'reserve',
    ({ attempt }) => {
      if (attempt === 1) throw failure('Shelf 7 is locked', 'reserve (/home/ada/shop/src/stock.ts:12:9)')
      return { shelf: 7 }
    },
    { retry: { backoff: '100ms' }, undo: () => undefined },
  )
  await flow.run(notify, {})
  const paid: unknown = await flow.waitFor(payment, { key: order.sku, timeout: '3d' })
  await flow.step(
    'ship',
    () => {
      if (stock < order.quantity)
        throw failure(`Only ${String(stock)} in stock`, 'ship (/home/ada/shop/src/ship.ts:21:13)')
      return { shipped: order.sku, paid }
    },
    { retry: { attempts: 1 } },
  )
  return { label: 'L-7' }
})

/** An error as the code of a shop throws it: pictures are the same wherever they are made. */
function failure(message: string, frame: string): Error {
  const error = new Error(message)
  error.stack = `Error: ${message}\n    at ${frame}`
  return error
}

let browser: Browser
let engine: TestEngine
let shop: III
let url: string

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  browser = await startChromium()
  engine = await createTestEngine()
  shop = engine.connect({
    workerName: 'shop',
    otel: { enabled: true, spansFlushIntervalMs: 50, logsFlushIntervalMs: 50 },
  })
  url = await engine.openConsole()
}, LIMIT_MS)
afterAll(async () => {
  await browser.close()
  await engine.close()
})

async function stateOf(run: string, state: string): Promise<void> {
  await expect.poll(async () => (await workflowRun(shop, place, run).status()).state, { timeout: 20_000 }).toBe(state)
}

function open(page: Page, path: string): Promise<unknown> {
  return page.goto(new URL(path, url).href)
}

function runPath(run: string): string {
  return `/runs/orders%3A%3Aplace/${encodeURIComponent(run)}`
}

test(
  'without runs the page says how to start one',
  async () => {
    const { page, errors } = await openConsole(browser, url)
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByText('No workflow has been started').waitFor()
    expect(await findings(page)).toEqual([])
    expect(errors).toEqual([])
    await page.context().close()
  },
  LIMIT_MS,
)

test(
  'a run is followed live from the list to its end: it gets a signal, fails, is undone and retried from a step',
  async () => {
    const { page, errors } = await openConsole(browser, url)
    await open(page, '/runs')
    serveWorkflow(shop, place)
    serveWorkflow(shop, notify)
    await shop.ready()
    await startWorkflow(shop, place, { sku: 'tea', quantity: 2 }, { runId: 'o-1' })
    await startWorkflow(shop, place, { sku: 'cup', quantity: 1 }, { runId: 'o-2' })
    await page.getByRole('link', { name: /^o-1 orders::place waiting signal payment\/tea in 3 d/ }).click()
    const run = page.getByRole('article', { name: 'Run' })
    await run.getByRole('button', { name: /^reserve step × 2 completed/ }).click()
    await run.getByText('Shelf 7 is locked').first().waitFor()
    await run.getByRole('button', { name: /^customers::notify run completed/ }).click()
    expect(await run.getByRole('link', { name: 'customers::notify o-1/customers::notify' }).getAttribute('href')).toBe(
      '/runs/customers%3A%3Anotify/o-1%2Fcustomers%3A%3Anotify',
    )
    await run.getByRole('button', { name: 'Send a signal' }).click()
    expect(await run.getByLabel('Name of the signal').inputValue()).toBe('payment')
    expect(await run.getByLabel('Key of the signal').inputValue()).toBe('tea')
    await run.getByLabel('Data of the signal').fill('{ "amount": ')
    expect(await run.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
    await run.getByLabel('Data of the signal').fill('{ "amount": 20 }')
    await run.getByRole('button', { name: 'Send', exact: true }).click()
    await run.getByText('Only 0 in stock').first().waitFor()
    await run.getByRole('button', { name: 'payment/tea consumed' }).waitFor()
    await run.getByRole('button', { name: /^reserve undo completed/ }).waitFor()
    stock = 5
    await run.getByRole('button', { name: 'Retry from here' }).last().click()
    await run.getByRole('button', { name: 'Run again from ship' }).click()
    await run.getByLabel('Output').getByText('"L-7"').waitFor()
    await run.getByText(/version 2, generation 1/).waitFor()
    await run.getByText('Retry', { exact: true }).waitFor({ state: 'detached' })
    expect((await workflowRun(shop, place, 'o-1').status()).state).toBe('completed')
    await page.keyboard.press('Escape')
    await run.waitFor({ state: 'detached' })
    await page.getByRole('combobox', { name: 'State' }).selectOption('completed')
    await page.getByRole('link', { name: /^o-2 orders::place/ }).waitFor({ state: 'detached' })
    await page.getByRole('combobox', { name: 'Workflow' }).selectOption('orders::place')
    await expect.poll(() => page.getByRole('list').getByRole('link').count()).toBe(1)
    expect(errors).toEqual([])
    await page.context().close()
  },
  LIMIT_MS,
)

test(
  'a run is paused, resumed and cancelled, and leads to its trace and back',
  async () => {
    const { page, errors } = await openConsole(browser, url)
    await open(page, runPath('o-2'))
    const run = page.getByRole('article', { name: 'Run' })
    await run.getByRole('button', { name: 'Pause' }).click()
    await run.getByRole('button', { name: 'Resume' }).waitFor()
    expect((await workflowRun(shop, place, 'o-2').status()).state).toBe('paused')
    await run.getByRole('button', { name: 'Resume' }).click()
    await run.getByRole('button', { name: 'Pause' }).waitFor()
    await stateOf('o-2', 'waiting')
    await run.getByRole('button', { name: 'Cancel' }).click()
    await run.getByRole('button', { name: 'Keep' }).click()
    await run.getByRole('button', { name: 'Cancel' }).click()
    await run.getByRole('button', { name: 'Cancel the run and undo its steps' }).click()
    await run.getByText('The run o-2 was cancelled: from the console').first().waitFor()
    await run.getByRole('link', { name: /^[0-9a-f]{8}$/ }).click()
    const trace = page.getByRole('article', { name: 'Trace' })
    await trace
      .getByRole('button', { name: /step reserve/ })
      .last()
      .click()
    await trace.getByRole('link', { name: 'Run o-2' }).click()
    await run.getByText('cancelled', { exact: true }).first().waitFor()
    expect(errors).toEqual([])
    await page.context().close()
  },
  LIMIT_MS,
)

test(
  'a read-only console over the wire shows the same and offers no action',
  async () => {
    const served = await startConsole({ url: engine.url, dial: dialWebSocket }, { port: 0, readOnly: true })
    const { page, errors } = await openConsole(browser, served.url)
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('link', { name: /^o-2 orders::place cancelled/ }).click()
    const run = page.getByRole('article', { name: 'Run' })
    await run.getByRole('button', { name: /^reserve step/ }).click()
    await run.getByText('"shelf"').waitFor()
    expect(await run.getByRole('button', { name: /^(Retry|Cancel|Pause|Send)/ }).count()).toBe(0)
    expect(errors).toEqual([])
    await page.context().close()
    await served.close()
  },
  LIMIT_MS,
)

test(
  'hostile names of runs, steps and signals are shown as text, and lead to the run',
  async () => {
    const odd = defineWorkflow({ id: HOSTILE.replaceAll('/', '|') }, async (flow) => {
      await flow.step(HOSTILE, () => HOSTILE)
      await flow.waitFor(defineSignal({ name: HOSTILE }))
    })
    serveWorkflow(shop, odd)
    await startWorkflow(shop, odd, HOSTILE, { runId: HOSTILE })
    const { page, errors } = await openConsole(browser, url)
    await open(page, '/runs?q=onerror')
    await page.getByRole('list').getByRole('link').click()
    const run = page.getByRole('article', { name: 'Run' })
    await run.getByText(safeLines(HOSTILE)).first().waitFor()
    await page.reload()
    await run.getByRole('button', { name: / step completed/ }).click()
    await run.getByRole('button', { name: 'Send a signal' }).click()
    await run.getByRole('button', { name: 'Send', exact: true }).waitFor()
    expect(await page.locator('img').count()).toBe(0)
    expect(errors).toEqual([])
    await workflowRun(shop, odd, HOSTILE).cancel()
    await page.context().close()
  },
  LIMIT_MS,
)

test.each(LOOKS)(
  'the list and a run are without findings of axe: %s',
  async (look, options) => {
    stock = 0
    await workflowRun(shop, place, 'o-2')
      .retry()
      .catch(() => undefined)
    await startWorkflow(shop, place, { sku: 'kettle', quantity: 1 }, { runId: 'o-3' })
    await stateOf('o-3', 'waiting')
    const { page, errors } = await openConsole(browser, url, options)
    await open(page, '/runs')
    await page.getByRole('link', { name: /^o-3 / }).waitFor()
    expect(await findings(page)).toEqual([])
    await page.screenshot({ path: `${PICTURES}/runs-${look}.png` })
    for (const [name, text] of [
      ['o-3', /^payment\/kettle (signal )?waiting/],
      ['o-1', /^ship (step )?completed/],
    ] as const) {
      await open(page, runPath(name))
      await page.getByRole('button', { name: text }).waitFor()
      await page.getByRole('button', { name: /^reserve / }).click()
      expect(await findings(page), name).toEqual([])
      await page.screenshot({ path: `${PICTURES}/run-${name}-${look}.png` })
      const width = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect(width, `${name} is wider than the window`).toBeLessThanOrEqual(0)
    }
    expect(errors).toEqual([])
    await page.context().close()
  },
  LIMIT_MS,
)
