/** Chromium for tests of the console. A page that reports an error or breaks the content-security policy fails. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
/** A machine under load needs several seconds for the first page. */
const WAIT_MS = 20_000

export interface ConsolePage {
  readonly page: Page
  /** Errors of the page so far. */
  readonly errors: string[]
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--host-resolver-rules=MAP *.example 127.0.0.1'],
  })
}

/** Opens the console by its address with the token. */
export async function openConsole(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(WAIT_MS)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    // A lost WebSocket is reported by the browser itself.
    if (message.type() === 'error' && !message.text().includes('WebSocket')) errors.push(message.text())
  })
  await page.goto(url)
  return { page, errors }
}
