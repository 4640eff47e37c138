import { expect, test } from 'vitest'
import { CLOSE_TIMEOUT_MS } from '../../src/sdk/connection/options.js'
import type { Child } from '../kit/child.js'
import { runChild } from '../kit/compiled-project.js'
import { SESSION_INFO, tcpPeer, webSocketPeer, type SocketPeer } from '../kit/socket-peer.js'
import { stalledEngine } from '../kit/stalled-peers.js'

const COUNT = 200
const SLACK_MS = 250
/** From the last line of the script to the end of its process. */
const EXIT_MS = 2_000

/** A peer that sends session info, answers registrations on request, and answers a close frame as `ws` does. */
function politePeer(): Promise<SocketPeer> {
  return webSocketPeer((socket) => {
    socket.send(SESSION_INFO)
    socket.on('message', (data) => {
      if (!(data as Buffer).includes('"registerfunction"')) return
      socket.send(
        '{"type":"invokefunction","invocation_id":"6f0c3f0e-0000-4000-8000-000000000000","function_id":"endless","data":{}}',
      )
    })
  })
}

const closedPort = async (): Promise<SocketPeer> => {
  const peer = await politePeer()
  await peer.stop()
  return peer
}

const cases: [string, string, () => Promise<SocketPeer>, number][] = [
  ['idle', 'idle', politePeer, 0],
  ['connecting to a peer that never answers', 'connecting', () => tcpPeer(() => undefined), 0],
  ['connected', 'connected', politePeer, CLOSE_TIMEOUT_MS],
  ['connected to a peer that does not read', 'connected', stalledEngine, CLOSE_TIMEOUT_MS],
  ['reconnecting', 'reconnecting', closedPort, 0],
  ['failed', 'failed', closedPort, 0],
  ['closing', 'closing', stalledEngine, CLOSE_TIMEOUT_MS],
  ['draining', 'draining', politePeer, 200 + CLOSE_TIMEOUT_MS],
]

async function run(
  state: string,
  url: string,
  env: Record<string, string> = {},
): Promise<{ child: Child; slowestMs: number; states: string[] }> {
  const child = runChild('shut-down-workers', [state, url, String(COUNT)], { env })
  const [line] = await child.says(/\{.*\}\n/, 30_000)
  return { child, ...(JSON.parse(line) as { slowestMs: number; states: string[] }) }
}

test.each(cases)(
  '200 workers that are %s shut down within their limit and let the process end',
  async (name, state, makePeer, limitMs) => {
    const { url } = await makePeer()
    const { child, slowestMs, states } = await run(state, url)
    if (process.env['SHOW_FIGURES'] !== undefined)
      process.stdout.write(
        `${name}: slowest after ${slowestMs.toFixed(0)} ms, limit ${String(limitMs + SLACK_MS)} ms\n`,
      )

    expect(slowestMs).toBeLessThanOrEqual(limitMs + SLACK_MS)
    expect(states).toEqual([state === 'failed' ? 'failed' : 'disconnected'])
    expect(await child.exit(EXIT_MS)).toEqual({ code: 0, signal: null })
    expect(child.stderr).toBe('')
  },
  60_000,
)

test('workers with telemetry on let the process end, too', async () => {
  const { url } = await politePeer()
  const { child, slowestMs } = await run('connected', url, { WITH_TELEMETRY: '1' })

  expect(slowestMs).toBeLessThanOrEqual(10_000 + CLOSE_TIMEOUT_MS + SLACK_MS)
  expect(await child.exit(EXIT_MS)).toEqual({ code: 0, signal: null })
}, 60_000)

test('the check detects a process with a pending timer', async () => {
  const { url } = await politePeer()
  const { child } = await run('connected', url, { LEAVE_A_TIMER: '1' })

  await expect(child.exit(EXIT_MS)).rejects.toThrow('did not end')
}, 60_000)
