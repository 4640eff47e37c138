/**
 * Starts the engine under test in this process, set up as the scenarios expect, on free ports. Its settings are
 * `engine.yaml`; what HTTP-backed functions read from the environment is set here.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { parse, stringify } from 'yaml'
import { builtins } from '../../src/engine/builtins/index.js'
import { parseEngineConfig } from '../../src/engine/config/config-file.js'
import { startEngine } from '../../src/engine/engine.js'
import { NOT_YET_SERVED } from './not-yet-supported.js'
import type { Targets } from './stage.js'

export interface EngineUnderTest {
  readonly targets: Targets
  close(): Promise<void>
}

const CONFIG_FILE = new URL('./engine.yaml', import.meta.url)

/** Secrets that scenarios refer to by name; one more name stays unset on purpose. */
const SECRETS = { CONF_TOKEN: 'tok-123', CONF_SECRET: 'sec-456', CONF_API_KEY: 'key-789' }

/** Target → the variable its port has in `engine.yaml`, and the scheme of its address. */
const PORTS = [
  ['main', 'CONF_WORKER_PORT', 'ws'],
  ['rbac', 'CONF_RBAC_PORT', 'ws'],
  ['rbac-plain', 'CONF_RBAC_PLAIN_PORT', 'ws'],
  ['http', 'CONF_HTTP_PORT', 'http'],
  ['stream', 'CONF_STREAM_PORT', 'ws'],
] as const

export async function startLocalEngine(): Promise<EngineUnderTest> {
  Object.assign(process.env, SECRETS)
  delete process.env['CONF_UNSET_VARIABLE']
  const ports = await freePorts(PORTS.length)
  const addresses = PORTS.map(([target, variable, scheme], i) => ({ target, variable, scheme, port: String(ports[i]) }))
  const variables = Object.fromEntries(addresses.map(({ variable, port }) => [variable, port]))
  const config = parseEngineConfig(servedPart(await readFile(CONFIG_FILE, 'utf8')), {
    fileName: 'engine.yaml',
    env: { ...process.env, ...variables },
  })
  const engine = await startEngine(config)
  return {
    targets: Object.fromEntries(addresses.map(({ target, scheme, port }) => [target, `${scheme}://127.0.0.1:${port}`])),
    close: () => engine.close(),
  }
}

/** The settings without what the engine is known not to serve; what it does serve must not be left out. */
function servedPart(settings: string): string {
  const served = NOT_YET_SERVED.filter((name) => Object.hasOwn(builtins, name))
  if (served.length > 0) throw new Error(`${served.join(', ')}: served by now, take it off the list of what is not`)
  if (NOT_YET_SERVED.length === 0) return settings
  const { workers } = parse(settings) as { readonly workers: readonly { readonly name: string }[] }
  return stringify({ workers: workers.filter(({ name }) => !NOT_YET_SERVED.includes(name)) })
}

/** Ports that were free a moment ago; held all at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    holders.map(
      (holder) =>
        new Promise<number>((resolve) => {
          holder.listen(0, '127.0.0.1', () => resolve((holder.address() as AddressInfo).port))
        }),
    ),
  )
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))))
  return ports
}
