/** The tasks that the console is made for, on the local engine, as a person does them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { consoleStage, type ConsoleStage } from './console-stage.js'
import { openConsole, startChromium } from './console-browser.js'

let browser: Browser
let stage: ConsoleStage
let page: Page
let errors: string[]

beforeAll(async () => {
  browser = await startChromium()
}, 60_000)
afterAll(() => browser.close())

beforeEach(async () => {
  stage = await consoleStage()
  ;({ page, errors } = await openConsole(browser, stage.url))
}, 60_000)
afterEach(async () => {
  await page.context().close()
  await stage.close()
  expect(errors).toEqual([])
})

const LIMIT_MS = 60_000

test(
  'a failing order is found from the overview, its cause corrected, and its function run again',
  async () => {
    await page.getByRole('link', { name: /prices::find.*no price for kettle/ }).click()
    await page.getByText('Error: There is no price for kettle').waitFor()
    await page.getByRole('tab', { name: 'Input' }).click()
    await page.getByLabel('Input').getByText('"kettle"').waitFor()
    await page.goto(`${new URL(stage.url).origin}/state/prices/kettle`)
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByLabel('Value as JSON').fill('25')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: /kettle.*25/ }).waitFor()
    expect(await stage.engine.call('state::get', { scope: 'prices', key: 'kettle' })).toBe(25)
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.getByRole('link', { name: /prices::find.*no price for kettle/ }).click()
    await page.getByText('Error: There is no price for kettle').waitFor()
    await page.keyboard.press('r')
    await page.getByRole('tab', { name: 'Output' }).click()
    await page.getByLabel('Output').getByText('25', { exact: true }).waitFor()
  },
  LIMIT_MS,
)

test(
  'a dead letter is found from the overview, read, and redriven once its cause is gone',
  async () => {
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Queues/ })
      .click()
    await page.getByRole('link', { name: /shipping/ }).click()
    await page.getByLabel('Payload').getByText('"cup"').waitFor()
    await page.getByRole('button', { name: /orders::ship.*Only 0 of cup in stock/ }).waitFor()
    await stage.engine.call('state::set', { scope: 'stock', key: 'cup', value: 3 })
    await page.getByRole('button', { name: 'Redrive', exact: true }).click()
    await page.getByText('Every job succeeded, or still has attempts.').waitFor()
    expect(await stage.engine.call('engine::queue::dlq_messages', { queue: 'shipping' })).toEqual([])
  },
  LIMIT_MS,
)

test(
  'a dead letter is sent again with an edited payload, and the original is gone',
  async () => {
    await page.goto(`${new URL(stage.url).origin}/queues/shipping`)
    await page.getByRole('button', { name: 'Edit payload' }).click()
    await page.getByLabel('Edited payload').fill('{ "sku": "tea", "quantity": ')
    await page.getByText(/^Line 1: /).waitFor()
    expect(await page.getByRole('button', { name: /Enqueue edited/ }).isDisabled()).toBe(true)
    await page.getByLabel('Edited payload').fill('{ "sku": "tea", "quantity": 1 }')
    await page.getByRole('button', { name: /Enqueue edited/ }).click()
    await page.getByText('Every job succeeded, or still has attempts.').waitFor()
  },
  LIMIT_MS,
)

test(
  'a function is run from the form of its schema, and its trace appears beneath the answer',
  async () => {
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Function, trace id/).fill('orders::cre')
    await page
      .getByRole('dialog')
      .getByRole('link', { name: /orders::create/ })
      .waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel(/^sku/).fill('tea')
    await page.getByLabel(/^quantity/).fill('3')
    await page.getByRole('button', { name: /^Run/ }).click()
    await page.getByLabel('Answer').getByText('12', { exact: true }).waitFor()
    await page.getByRole('button', { name: /execute prices::find/ }).waitFor()
  },
  LIMIT_MS,
)

test(
  'a route is tried, and the response and its trace are shown',
  async () => {
    await page.goto(`${new URL(stage.url).origin}/triggers`)
    await page.getByRole('link', { name: /POST \/orders/ }).click()
    await page.getByLabel('Body', { exact: true }).fill('{ "sku": "cup", "quantity": 2 }')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText(/^201 in /).waitFor()
    await page.getByLabel('Answer').getByText('18', { exact: true }).waitFor()
    await page.getByRole('button', { name: /POST \/orders/ }).waitFor()
  },
  LIMIT_MS,
)

test(
  'new traces arrive by themselves, and not while updates are paused',
  async () => {
    await page.goto(`${new URL(stage.url).origin}/traces`)
    const rows = page.getByRole('list').getByRole('link')
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(3)
    await stage.engine.inject({ method: 'POST', path: '/orders', body: { sku: 'tea', quantity: 1 } })
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(4)
    await page.getByRole('button', { name: /Pause/ }).click()
    await page.getByText('Live updates are paused.').waitFor()
    await stage.engine.inject({ method: 'POST', path: '/orders', body: { sku: 'tea', quantity: 1 } })
    await page
      .getByRole('button', { name: /Resume/ })
      .first()
      .click()
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(5)
  },
  LIMIT_MS,
)

test(
  'keys move through a list, open pages, and close what is open',
  async () => {
    await page.goto(`${new URL(stage.url).origin}/logs`)
    await page
      .getByRole('link', { name: /Order received/ })
      .first()
      .waitFor()
    await page.keyboard.press('j')
    await page.getByRole('article', { name: 'Log record' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => new URL(page.url()).pathname).toBe('/logs')
    await page.keyboard.press('/')
    await page.keyboard.type('stock is low')
    await expect.poll(() => page.getByRole('list').getByRole('link').count()).toBe(2)
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  },
  LIMIT_MS,
)
