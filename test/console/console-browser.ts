/** Chromium for tests of the console. A page that reports an error or breaks the content-security policy fails. */
import axe from 'axe-core'
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

/** In which every page is shown. */
export const LOOKS = [
  ['light', { colorScheme: 'light', viewport: { width: 1440, height: 900 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1440, height: 900 } }],
  ['narrow', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
] as const

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** Findings of axe, in one line each. Its script is not part of the page, so it does not fall under its policy. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()')
  return violations.map(
    ({ id, impact, nodes }) =>
      `${id} (${impact}): ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
  )
}
