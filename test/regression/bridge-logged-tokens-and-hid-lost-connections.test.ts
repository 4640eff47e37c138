import { expect, test } from 'vitest'
import type { Log } from '../../src/std/log.js'
import { testEngine } from '../kit/local-rig.js'
import { tcpProxy } from '../kit/tcp-proxy.js'
import { until } from '../kit/waiting.js'

const SECRETS = 'user:hunter2@127.0.0.1'

test('the log of a bridge shows its address without password and query', async () => {
  const lines: unknown[] = []
  const write = (fields: object): void => void lines.push(fields)
  const log: Log = { debug: write, info: write, warn: write, error: write }
  await testEngine({ builtins: { 'iii-bridge': { url: `ws://${SECRETS}:1/?token=hunter2` } }, log })
  await until(() => JSON.stringify(lines).includes('reconnecting'))
  expect(JSON.stringify(lines)).toContain('ws://127.0.0.1:1/')
  expect(JSON.stringify(lines)).not.toContain('hunter2')
})

test.each([
  { 'iii-bridge': { url: `http://${SECRETS}` } },
  { 'iii-state': { adapter: { name: 'bridge', config: { bridge_url: `http://${SECRETS}` } } } },
])('a message about settings with a wrong address shows no password: %j', async (builtins) => {
  await expect(testEngine({ builtins })).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringMatching(/got the string "http:\/\/127\.0\.0\.1"$/) as string,
  })
})

test(
  'a forwarded call whose connection is lost fails with the code of the connection',
  { timeout: 30_000 },
  async () => {
    const shared = await testEngine()
    const proxy = await tcpProxy(Number(new URL(shared.url).port))
    const url = `ws://127.0.0.1:${String(proxy.port)}`
    const own = await testEngine({
      builtins: { 'iii-bridge': { url, forward: [{ local_function: 'there', remote_function: 'there' }] } },
    })
    const team = shared.connect()
    const isRunning = new Promise<void>((resolve) => {
      team.registerFunction('there', () => {
        resolve()
        return new Promise(() => undefined)
      })
    })
    await team.ready()
    const lost = expect(own.call('there')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await isRunning
    for (const socket of proxy.sockets) socket.destroy()
    await lost
  },
)
