/**
 * The six tasks that the console is made for, each with at most so many clicks and keys as it may take. The times are
 * those of the console, without the time to read; they are kept in `temp/console/`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Locator, Page } from 'playwright-core'
import { consoleStage, type ConsoleStage } from './console-stage.js'
import { openConsole, startChromium } from './console-browser.js'

interface Effort {
  clicks: number
  keys: number
  ms: number
}

/** The aims allow ten seconds in all, most of which are for reading. */
const MAX_MS = 10_000

let browser: Browser
let stage: ConsoleStage
let page: Page
let errors: string[]
const efforts: Record<string, Effort> = {}

beforeAll(async () => {
  browser = await startChromium()
  stage = await consoleStage()
  ;({ page, errors } = await openConsole(browser, stage.url, { viewport: { width: 1440, height: 900 } }))
  await page.getByText('There is no price for kettle').first().waitFor()
}, 60_000)
afterAll(async () => {
  mkdirSync('temp/console', { recursive: true })
  writeFileSync('temp/console/six-tasks.json', `${JSON.stringify(efforts, undefined, 2)}\n`)
  await browser.close()
  await stage.close()
  expect(errors).toEqual([])
})

interface Hands {
  readonly click: (on: Locator) => Promise<void>
  readonly press: (key: string) => Promise<void>
}

async function performed(name: string, task: (hands: Hands) => Promise<void>): Promise<Effort> {
  const effort = { clicks: 0, keys: 0, ms: 0 }
  const since = performance.now()
  await task({
    click: async (on) => {
      effort.clicks += 1
      await on.click()
    },
    press: async (key) => {
      effort.keys += 1
      await page.keyboard.press(key)
    },
  })
  effort.ms = Math.round(performance.now() - since)
  efforts[name] = effort
  return effort
}

const seen = (text: string | RegExp): Promise<void> => page.getByText(text).first().waitFor()
const rail = (name: RegExp): Locator => page.getByRole('navigation').getByRole('link', { name })

test('each of the six tasks takes no more clicks and keys than it may', { timeout: 120_000 }, async () => {
  const failed = await performed('which call failed, with what input, and why', async ({ click }) => {
    await click(page.getByRole('link', { name: /prices::find.*no price for kettle/ }))
    await seen('Error: There is no price for kettle')
    await click(page.getByRole('tab', { name: 'Input' }))
    await page.getByLabel('Input').getByText('"kettle"').waitFor()
  })
  expect(failed.clicks + failed.keys).toBeLessThanOrEqual(3)
  expect(failed.ms).toBeLessThan(MAX_MS)

  await stage.engine.call('state::set', { scope: 'prices', key: 'kettle', value: 25 })
  const again = await performed('run it again after the fix', async ({ press }) => {
    await press('r')
    await page.getByRole('tab', { name: 'Output', selected: true }).waitFor()
    await page.getByLabel('Output').getByText('25', { exact: true }).waitFor()
  })
  expect(again).toMatchObject({ clicks: 0, keys: 1 })

  await rail(/Traces/).click()
  const slow = await performed('why is this request slow', async ({ click }) => {
    await click(page.getByRole('link', { name: /POST \/orders/ }).last())
    await click(page.locator('.fall .span:has(.critical)').last())
    await page.locator('.fall .span[aria-pressed="true"]:has(.critical)').waitFor()
  })
  expect(slow.clicks + slow.keys).toBeLessThanOrEqual(2)

  await rail(/Overview/).click()
  await stage.engine.call('state::set', { scope: 'stock', key: 'cup', value: 3 })
  const stuck = await performed('what is stuck in the queue, and why; put it back', async ({ click }) => {
    await click(rail(/Queues.*dead letters/))
    await click(page.getByRole('link', { name: /shipping/ }))
    await seen(/Only 0 of cup in stock/)
    await page.getByLabel('Payload').getByText('"cup"').waitFor()
    await click(page.getByRole('button', { name: 'Redrive', exact: true }))
    await seen('Every job succeeded, or still has attempts.')
  })
  expect(stuck.clicks + stuck.keys).toBeLessThanOrEqual(3)

  await rail(/Triggers/).click()
  const posted = await performed('what would happen if I POST this', async ({ click }) => {
    await click(page.getByRole('link', { name: /POST \/orders/ }))
    await page.getByLabel('Body', { exact: true }).fill('{ "sku": "tea", "quantity": 2 }')
    await click(page.getByRole('button', { name: 'Send' }))
    await seen(/^201 in /)
    await page.getByRole('button', { name: /POST \/orders/ }).waitFor()
  })
  expect(posted.clicks + posted.keys).toBeLessThanOrEqual(2)

  await rail(/Functions/).click()
  await page.getByRole('link', { name: /create/ }).click()
  const asked = await performed('who calls this function, and what does it call', async ({ click }) => {
    await click(page.getByRole('tab', { name: 'Callers and callees' }))
    await page.getByRole('link', { name: /^orders::http .*% failed/ }).waitFor()
    await page.getByRole('link', { name: /^prices::find .*% failed/ }).waitFor()
  })
  expect(asked.clicks + asked.keys).toBe(1)
})
