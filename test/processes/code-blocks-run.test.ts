import { expect, test } from 'vitest'
import { runCode } from '../kit/compiled-project.js'
import { codeBlocks, pages } from '../kit/documents.js'
import { testEngine } from '../kit/local-rig.js'

const LIMIT_MS = 30_000

/** What the client says of itself, and the warning of a worker whose page starts the collector elsewhere. */
const OWN_WORDS =
  /^(?:\[iii\] .*|\(node:\d+\) Warning: (?:The OTLP collector|\d+ spans, log records and metric points were lost) .*|\(Use `node --trace-warnings .*)\n/gm

/** Shuts down a worker that a page leaves running, so that its process ends. */
function ending(code: string): string {
  return /^await worker\.ready\(\)[^\n]*$(?!\n)/m.test(code.trimEnd())
    ? `${code}\nawait worker.shutdownAsync()\n`
    : code
}

const blocks = pages().flatMap((page) => codeBlocks(page).filter(({ language }) => language === 'ts'))

test('the documentation has code to run', () => {
  expect(blocks.length).toBeGreaterThan(20)
})

test.each(blocks.map((block) => [`${block.page}:${String(block.line)}`, block] as const))(
  'the code at %s runs on a fresh engine and ends by itself',
  { timeout: LIMIT_MS + 10_000 },
  async (place, { code }) => {
    const engine = await testEngine()
    const env = { III_URL: engine.url, NODE_OPTIONS: '--unhandled-rejections=strict' }
    const child = runCode(place.replaceAll(/[^\w]+/g, '-'), ending(code), { env })
    const exit = await child.exit(LIMIT_MS)
    expect(exit, child.output).toEqual({ code: 0, signal: null })
    // What the client has to say about itself is no error; everything else on stderr is.
    expect(child.stderr.replaceAll(OWN_WORDS, '')).toBe('')
  },
)
