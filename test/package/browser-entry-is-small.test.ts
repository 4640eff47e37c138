import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { browserGzipBytes } from '../../bench/package-budget.js'
import { bundlePage } from '../kit/page-bundle.js'

test('the bundle of the browser entry is within its budget and uses nothing of Node', async () => {
  const script = await bundlePage()
  expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThanOrEqual(browserGzipBytes)
  expect(script).toContain('registerWorker')
  // The last is what `ws` says in a browser.
  const ofNode = /\b(?:node:\w+|Buffer|require|setImmediate|__dirname)\b|\bprocess\.|ws does not work in the browser/
  expect(ofNode.exec(script)?.[0]).toBeUndefined()
})
