import { expect, test } from 'vitest'
import { createTestEngine, type TestEngineOptions } from '../../src/entry/testing.js'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { parseEngineConfig } from '../../src/engine/config/config-file.js'
import { builtins } from '../../src/engine/builtins/index.js'

const NAMES = ['iii-worker-manager', 'iii-engine-functions', ...Object.keys(builtins)]
const WRONG = [5, 'x', true, [], ['expose_env'], () => undefined]

test.each(['builtins', 'local'] as const)(
  'settings in `%s` that are not an object are an error naming them',
  async (option) => {
    for (const name of [...NAMES, 'x']) {
      for (const value of [...WRONG, null]) {
        const options = { ports: false, [option]: { [name]: value } } as unknown as TestEngineOptions
        const error = {
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining(`${option}['${name}'] must be an object`) as string,
        }
        await expect(createTestEngine(options)).rejects.toMatchObject(error)
      }
    }
    const list = { [option]: [] } as unknown as TestEngineOptions
    await expect(createTestEngine(list)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  },
)

test.each(NAMES)('`local` and `config` of %s that are not objects are an error in a file and in data', (name) => {
  for (const key of ['local', 'config']) {
    for (const value of [5, 'x', true, [], ['expose_env']]) {
      const message = expect.stringMatching(/must be an object/) as string
      const error = expect.objectContaining({ code: 'INVALID_CONFIG', message }) as Error
      const text = JSON.stringify({ workers: [{ name, [key]: value }] })
      expect(() => parseEngineConfig(text, { fileName: 'engine.yaml', env: {} })).toThrow(error)
      expect(() => engineConfigOf({ workers: [{ name, [key]: value }] })).toThrow(error)
    }
  }
})

test.each([
  ['iii-http', 'body_limit', '1 MiB'],
  ['iii-http', 'allowed_origins', 'https://app.example'],
  ['iii-stream', 'auth_required', 'yes'],
  ['iii-stream', 'allowed_hosts', { host: 'a' }],
  ['iii-worker-manager', 'allowed_origins', [7]],
  ['iii-worker-manager', 'default_deny', 5],
  ['configuration', 'expose_env', 'HOME'],
  ['iii-http-functions', 'expose_env', [1]],
])('a value of a wrong kind is an error: %s %s', async (name, key, value) => {
  const error = { code: 'INVALID_CONFIG', message: expect.stringContaining(`${name}.local.${key} must be`) as string }
  await expect(createTestEngine({ ports: false, local: { [name]: { [key]: value } } })).rejects.toMatchObject(error)
  const read = (): unknown => engineConfigOf({ workers: [{ name, local: { [key]: value } }] })
  expect(read).toThrow(expect.objectContaining(error) as Error)
})

test('`default_deny` without rules of access is an error, as in a file', async () => {
  const local = { 'iii-worker-manager': { default_deny: true } }
  await expect(createTestEngine({ ports: false, local })).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
  await (await createTestEngine({ ports: false, local, rbac: {} })).close()
})
