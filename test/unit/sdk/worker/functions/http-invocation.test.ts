import { expect, test } from 'vitest'
import { HttpAuthConfig, HttpMethod } from '../../../../../src/entry/helpers/http.js'
import { connectedRig } from '../../../../kit/worker-rig.js'

test('authentication names variables of the engine, in the shape of the wire', async () => {
  const rig = await connectedRig()
  const configs = [HttpAuthConfig.Hmac('SECRET'), HttpAuthConfig.Bearer('TOKEN'), HttpAuthConfig.ApiKey('x-key', 'KEY')]
  configs.forEach((auth, i) => {
    rig.worker.registerFunction(`remote-${String(i)}`, { url: 'https://example.test/f', method: HttpMethod.Put, auth })
  })
  await rig.settle()
  expect(rig.link.all('registerfunction').map(({ invocation }) => invocation)).toEqual([
    { url: 'https://example.test/f', method: 'PUT', auth: { type: 'hmac', secret_key: 'SECRET' } },
    { url: 'https://example.test/f', method: 'PUT', auth: { type: 'bearer', token_key: 'TOKEN' } },
    { url: 'https://example.test/f', method: 'PUT', auth: { type: 'api_key', header: 'x-key', value_key: 'KEY' } },
  ])
})

test('a blank variable name is refused where it is written', () => {
  expect(() => HttpAuthConfig.Hmac('')).toThrow('invocation.auth.secret_key must be a string that is not blank')
})
