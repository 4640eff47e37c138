/** Pages that show how it goes: metrics, channels, flow, callers and callees, searches, and the editor of JSON. */
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { createPinoStream } from 'iii-node/helpers/observability'
import { consoleStage, type ConsoleStage } from './console-stage.js'
import { openConsole, startChromium } from './console-browser.js'

let browser: Browser
let stage: ConsoleStage
let page: Page
let errors: string[]

beforeAll(async () => {
  browser = await startChromium()
  stage = await consoleStage()
}, 60_000)
afterAll(async () => {
  await browser.close()
  await stage.close()
})
beforeEach(async () => {
  ;({ page, errors } = await openConsole(browser, stage.url))
})
afterEach(async () => {
  await page.context().close()
  expect(errors).toEqual([])
})

const LIMIT_MS = 60_000

function open(path: string): Promise<unknown> {
  return page.goto(new URL(path, stage.url).href)
}

test(
  'metrics show rates and percentiles of functions and the course of worker figures',
  async () => {
    await open('/metrics')
    await page.getByRole('link', { name: /^prices::find.*33 %/ }).waitFor()
    for (const title of ['Calls', 'Duration', 'Worker memory', 'Worker CPU', 'Event-loop delay'])
      await page
        .getByRole('img', { name: `${title} over time` })
        .locator('path.points')
        .first()
        .waitFor({ state: 'attached' })
    const memory = page.locator('figure', { hasText: 'Worker memory' })
    await memory.locator('figcaption').getByText(/MiB$/).waitFor()
    await page.getByRole('searchbox', { name: 'Function' }).fill('ship')
    await page.getByRole('link', { name: /^prices::find/ }).waitFor({ state: 'detached' })
  },
  LIMIT_MS,
)

test(
  'a chart shows the values at the pointer, and enlarges the part that was dragged over',
  async () => {
    await open('/metrics')
    const calls = page.locator('figure', { hasText: 'Calls' })
    const box = await calls.getByRole('img', { name: 'Calls over time' }).boundingBox()
    if (box === null) throw new Error('The chart is not visible')
    const pointTo = (share: number): Promise<void> => page.mouse.move(box.x + box.width * share, box.y + box.height / 2)
    const marks = calls.locator('.mark:not(.value)')
    // The axis of five minutes has one mark per minute.
    await marks
      .getByText(/^\d\d:\d\d$/)
      .first()
      .waitFor()
    await pointTo(0.5)
    await calls.getByText(/^at \d\d:\d\d:\d\d$/).waitFor()
    await page.mouse.down()
    await pointTo(0.6)
    await page.mouse.up()
    await marks
      .getByText(/^\d\d:\d\d:\d\d$/)
      .first()
      .waitFor()
    await calls.getByRole('button', { name: 'Show all' }).click()
    await marks
      .getByText(/^\d\d:\d\d:\d\d$/)
      .first()
      .waitFor({ state: 'detached' })
  },
  LIMIT_MS,
)

test(
  'an open channel is listed with its bytes and the end that holds it up',
  async () => {
    await open('/channels')
    await page.getByRole('link', { name: /shop.*the reader, which has not connected.*22 B/ }).click()
    await page.getByRole('article', { name: 'Channel' }).getByText('Pass `readerRef`').waitFor()
  },
  LIMIT_MS,
)

test(
  'the flow leads from a route through functions and a queue, and to the callers and callees of a function',
  async () => {
    await open('/flow')
    const picture = page.getByRole('group', { name: 'Calls between functions' })
    await picture.getByRole('link', { name: /POST \/orders/ }).waitFor()
    await picture.getByRole('link', { name: /queue shipping/ }).waitFor()
    await page.getByRole('link', { name: /^queue shipping orders::ship.*50 %/ }).waitFor()
    await picture.getByRole('link', { name: /orders::create/ }).click()
    await page.getByRole('tab', { name: 'Callers and callees' }).click()
    await page.getByRole('link', { name: /^orders::http 3 calls 0\.6\/min 33 % failed/ }).waitFor()
    await page.getByRole('link', { name: /^queue shipping 2 calls/ }).click()
    await page.getByText('1 dead letter').first().waitFor()
  },
  LIMIT_MS,
)

test(
  'traces are found by a function below the first span, and by a failure in a job',
  async () => {
    await open('/traces?q=orders%3A%3Aship')
    const rows = page.getByRole('list').getByRole('link')
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(2)
    await open('/traces?status=error')
    await page.getByRole('link', { name: /POST \/orders.*Only 0 of cup in stock/ }).waitFor()
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(2)
    await open('/traces?q=kettle')
    await page.getByRole('link', { name: /POST \/orders.*no price for kettle/ }).waitFor()
    await open('/traces?q=nothing-like-this')
    await page.getByText('No trace fits the search').waitFor()
  },
  LIMIT_MS,
)

test(
  'log records are found by the function that wrote them',
  async () => {
    await open('/logs')
    await page
      .getByRole('link', { name: /Stock is low/ })
      .first()
      .click()
    await page.getByRole('article').getByRole('link', { name: 'orders::ship' }).click()
    await page
      .getByRole('link', { name: /Order received/ })
      .first()
      .waitFor({ state: 'detached' })
    expect(await page.getByRole('list').getByRole('link').count()).toBe(2)
  },
  LIMIT_MS,
)

test(
  'the editor offers members and values of the schema, and marks the line that does not fit it',
  async () => {
    await open('/functions/orders%3A%3Acreate')
    await page.getByRole('button', { name: 'JSON', exact: true }).click()
    const editor = page.getByLabel('Input as JSON')
    await editor.fill('{\n  "sku": "tea",\n  "quantity": 200,\n  "si')
    await page.getByRole('group', { name: 'Completions' }).getByText('"size"').waitFor()
    await editor.press('Tab')
    await page.getByRole('group', { name: 'Completions' }).getByText('"large"').click()
    await editor.press('End')
    await page.keyboard.type('\n}')
    expect(JSON.parse(await editor.inputValue())).toEqual({ sku: 'tea', quantity: 200, size: 'large' })
    await page.getByText(/^Line 3: .*200/).waitFor()
    await editor.fill('{ "quantity": 1 }')
    await page.getByText(/^Line 1: .*sku/).waitFor()
  },
  LIMIT_MS,
)

test(
  'a value is searched: what fits is shown and marked, with what leads to it',
  async () => {
    const city = (name: string): object => ({ name, note: 'x'.repeat(200) })
    const value = { places: { first: city('Oslo'), second: city('London') } }
    await stage.engine.call('state::set', { scope: 'tours', key: 'one', value })
    await open('/state/tours/one')
    await page.getByRole('searchbox', { name: 'Search in Value' }).fill('oslo')
    await page.locator('.found', { hasText: 'Oslo' }).waitFor()
    expect(await page.getByLabel('Value').getByText('"second"').count()).toBe(0)
    await page.getByRole('searchbox', { name: 'Search in Value' }).fill('paris')
    await page.getByText('Nothing fits the search.').waitFor()
  },
  LIMIT_MS,
)

test(
  'changes of state and streams are reported to the page by triggers, while it is open',
  async () => {
    const bound = async (): Promise<string[]> => {
      const rows = (await stage.engine.call('engine::registered-triggers::list', { include_internal: true })) as {
        registered_triggers: { trigger_type: string; function_id: string }[]
      }
      const own = rows.registered_triggers.filter(({ function_id }) => function_id.startsWith('console::'))
      return own.map(({ trigger_type }) => trigger_type).filter((type) => type === 'state' || type === 'stream')
    }
    await open('/state/customers')
    await expect.poll(bound, { timeout: 10_000 }).toEqual(['state'])
    await stage.engine.call('state::set', { scope: 'customers', key: 'bob', value: { name: 'Bob' } })
    await page.getByRole('link', { name: /bob/ }).waitFor()
    await open('/streams/chat/lobby')
    await expect.poll(bound, { timeout: 10_000 }).toEqual(['stream'])
    const place = { stream_name: 'chat', group_id: 'lobby' }
    await stage.engine.call('stream::set', { ...place, item_id: '2', data: { text: 'again' } })
    await page.getByRole('link', { name: /again/ }).waitFor()
    await page.getByRole('link', { name: 'Workers' }).first().click()
    await expect.poll(bound, { timeout: 10_000 }).toEqual([])
  },
  LIMIT_MS,
)

test(
  'a schedule shows its next runs',
  async () => {
    await open('/triggers?type=cron')
    await page.getByRole('link', { name: /reports::daily/ }).click()
    await page
      .getByText(/T06:00:00\.000Z/)
      .nth(4)
      .waitFor()
  },
  LIMIT_MS,
)

test(
  'a trace leads to the keys of state and the queues that it touched, and a key leads back to its traces',
  async () => {
    await stage.engine.call('state::set', { scope: 'prices', key: 'Black tea', value: 5 })
    const order = { sku: 'Black tea', quantity: 1 }
    await stage.engine.inject({ method: 'POST', path: '/orders', body: order })
    await open('/state/prices/Black%20tea')
    await page.getByRole('link', { name: 'Traces that read or changed it' }).click()
    const rows = page.getByRole('list', { includeHidden: false }).getByRole('link')
    await rows.first().click()
    await page.getByRole('button', { name: /fn_queue shipping/ }).click()
    await page.getByRole('link', { name: 'queues shipping' }).waitFor()
    await page
      .getByRole('button', { name: /call state::get/ })
      .first()
      .click()
    await page.getByRole('link', { name: 'state prices / Black tea' }).click()
    await page.getByRole('article', { name: 'Value' }).getByText('5', { exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/state/prices/Black%20tea')
  },
  LIMIT_MS,
)

test(
  'log records are in the order of their times, although workers send theirs later than the engine',
  async () => {
    await open('/logs')
    await page.getByText('Stock is low').first().waitFor()
    await stage.engine.call('engine::log::info', { message: 'a later record' })
    await page.getByText('a later record').first().waitFor()
  },
  LIMIT_MS,
)

test(
  'a record that arrives an hour late is shown without a reload of the page, in its place',
  async () => {
    await open('/logs')
    await page.getByText('Stock is low').first().waitFor()
    const line = { level: 30, time: Date.now() - 3_600_000, msg: 'written while offline' }
    createPinoStream().write(`${JSON.stringify(line)}\n`)
    await page.getByText('written while offline').waitFor()
    await page.locator('.lines').getByRole('link').last().getByText('written while offline').waitFor()
  },
  LIMIT_MS,
)

test(
  'an open trace is loaded again when spans of it arrive, and not for those of other traces',
  async () => {
    const { engine } = stage
    const failed = { status: 'error', search_all_spans: true, limit: 1 }
    const { spans } = (await engine.call('engine::traces::list', failed)) as {
      spans: { trace_id: string; span_id: string }[]
    }
    const [{ trace_id: id, span_id: parent } = { trace_id: '', span_id: '' }] = spans
    let loads = 0
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        if (String(payload).includes('engine::traces::tree')) loads += 1
      }),
    )
    await open(`/traces/${id}`)
    await page.getByRole('tab').first().waitFor()
    const before = loads
    expect(before).toBeGreaterThan(0)
    // The list beside it has loaded them, so their report has arrived.
    await engine.call('reports::daily')
    await page
      .getByRole('link', { name: /reports::daily/ })
      .first()
      .waitFor()
    expect(loads).toBe(before)
    const headers = { traceparent: `00-${id}-${parent}-01` }
    await engine.inject({ method: 'POST', path: '/orders', headers, body: { sku: 'tea', quantity: 1 } })
    await expect.poll(() => loads, { timeout: 10_000 }).toBeGreaterThan(before)
  },
  LIMIT_MS,
)

test(
  'the list of streams follows the streams it shows, and leads back from a group',
  async () => {
    const { engine } = stage
    const followed = async (): Promise<number> => {
      const { registered_triggers: rows } = (await engine.call('engine::registered-triggers::list', {
        trigger_type: 'stream',
        include_internal: true,
      })) as { registered_triggers: { config: { stream_name?: string } }[] }
      return rows.filter(({ config }) => config.stream_name === 'chat').length
    }
    await open('/streams')
    await page.getByRole('link', { name: /chat.*lobby/ }).waitFor()
    await expect.poll(followed, { timeout: 10_000 }).toBe(1)
    await engine.call('stream::set', { stream_name: 'chat', group_id: 'attic', item_id: '1', data: {} })
    await page.getByRole('link', { name: /chat.*attic/ }).click()
    await page.getByRole('heading', { name: 'chat / attic' }).waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Streams' }).click()
    await page.getByRole('link', { name: /chat.*lobby/ }).waitFor()
  },
  LIMIT_MS,
)
