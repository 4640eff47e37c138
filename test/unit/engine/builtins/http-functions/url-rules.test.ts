import { expect, test } from 'vitest'
import type { HttpFunctionsConfig } from '../../../../../src/engine/builtins/http-functions/http-functions-config.js'
import { UrlRules } from '../../../../../src/engine/builtins/http-functions/url-rules.js'

const strict: HttpFunctionsConfig = { urlAllowlist: ['*'], blockPrivateIps: true, requireHttps: true, exposeEnv: [] }

function verdict(url: string, config: Partial<HttpFunctionsConfig> = {}): string {
  try {
    new UrlRules({ ...strict, ...config }).check(url)
    return 'accepted'
  } catch (error) {
    expect(error).toMatchObject({ code: 'url_validation_failed' })
    return (error as { detail: string }).detail
  }
}

test.each([
  ['https://api.example.com/x', 'accepted'],
  ['http://api.example.com/x', 'HTTPS is required'],
  ['nonsense', 'Invalid URL'],
  ['file:///etc/passwd', 'Invalid URL'],
  ['ftp://example.com', 'Invalid URL'],
  ['https://127.0.0.1/', 'Private IP blocked'],
  ['https://0x7f.1/', 'Private IP blocked'],
  ['https://2130706433/', 'Private IP blocked'],
  ['https://[::1]/', 'Private IP blocked'],
  ['https://[::ffff:10.0.0.1]/', 'Private IP blocked'],
  ['https://169.254.169.254/latest/meta-data', 'Private IP blocked'],
])('%s: %s', (url, expected) => {
  expect(verdict(url)).toBe(expected)
})

test.each([
  ['https://api.example.com/', 'accepted'],
  ['https://API.EXAMPLE.COM/', 'accepted'],
  ['https://example.com/', 'URL not in allowlist'],
  ['https://api.example.com.evil.org/', 'URL not in allowlist'],
  ['https://evil.org/?api.example.com', 'URL not in allowlist'],
  ['https://api.example.com@evil.org/', 'URL not in allowlist'],
])('with *.example.com allowed, %s: %s', (url, expected) => {
  expect(verdict(url, { urlAllowlist: ['*.example.com'] })).toBe(expected)
})

test('a host name of a private address is rejected when it is resolved', async () => {
  const rules = new UrlRules(strict)
  const error = await new Promise((resolve) => {
    rules.lookup('localhost', {}, (cause) => resolve(cause))
  })
  expect(error).toMatchObject({ code: 'url_validation_failed', detail: 'Private IP blocked' })
  const open = new UrlRules({ ...strict, blockPrivateIps: false })
  const address = await new Promise((resolve) => {
    open.lookup('localhost', { family: 4 }, (_error, found) => resolve(found))
  })
  expect(address).toBe('127.0.0.1')
})
