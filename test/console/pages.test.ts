/**
 * Every page: without findings of axe in light, dark and at 360 px, and without errors. Pictures of the pages are kept
 * in `temp/console/`.
 */
import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { consoleStage, type ConsoleStage } from './console-stage.js'
import { findings, LOOKS, openConsole, startChromium } from './console-browser.js'

const PICTURES = 'temp/console'

/** Path, and a text that is there once the page has loaded. */
const PAGES: readonly (readonly [name: string, path: string, text: string | RegExp])[] = [
  ['overview', '/', 'There is no price for kettle'],
  ['functions', '/functions', 'prices::find'],
  ['function', '/functions/orders%3A%3Acreate', 'Creates an order and ships it'],
  ['traces', '/traces?status=error', 'POST /orders'],
  ['logs', '/logs', 'Stock is low'],
  ['queues', '/queues', 'shipping'],
  ['queue', '/queues/shipping', '1 dead letter'],
  ['state', '/state', 'customers'],
  ['value', '/state/customers/ada', /^"London"$/],
  ['streams', '/streams', 'lobby'],
  ['item', '/streams/chat/lobby/1', /^"hello"$/],
  ['triggers', '/triggers', 'day.closed'],
  ['channels', '/channels', 'the reader, which has not connected'],
  ['metrics', '/metrics', /^p99$/],
  ['flow', '/flow', /^Rate$/],
  ['workers', '/workers', 'iii-queue'],
  ['worker', '/workers/default/shop', 'Finds the price of an article'],
  ['nothing', '/nothing', 'There is no such page'],
]

let browser: Browser
let stage: ConsoleStage

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  browser = await startChromium()
  stage = await consoleStage()
}, 60_000)
afterAll(async () => {
  await browser.close()
  await stage.close()
})

async function failedTrace(): Promise<string> {
  const { spans } = (await stage.engine.call('engine::traces::list', { status: 'error' })) as {
    spans: { trace_id: string }[]
  }
  return `/traces/${spans[0]!.trace_id}`
}

test.each(LOOKS)(
  'every page is without findings of axe, and without errors: %s',
  async (look, options) => {
    const { page, errors } = await openConsole(browser, stage.url, options)
    const origin = new URL(stage.url).origin
    const found: string[] = []
    for (const [name, path, text] of [...PAGES, ['trace', await failedTrace(), 'Answered with 500'] as const]) {
      await page.goto(origin + path)
      await page.getByText(text).first().waitFor()
      found.push(...(await findings(page)).map((finding) => `${name}: ${finding}`))
      await page.screenshot({ path: `${PICTURES}/${name}-${look}.png` })
      const width = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect(width, `${name} is wider than the window`).toBeLessThanOrEqual(0)
    }
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()
    found.push(...(await findings(page)))
    await page.context().close()
    expect(found).toEqual([])
    expect(errors).toEqual([])
  },
  120_000,
)
