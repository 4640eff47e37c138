import { expect, test } from 'vitest'
import { codeIn, costlyRig } from './stages/costly-stage.js'

const MIB = 1024 * 1024
const MAX_STALL_MS = 250
const MAX_GROWTH_BYTES = 512 * MIB
const NODES = 1_000_000
const ENQUEUE = ',"action":{"type":"enqueue","queue":"default"}'

const repeated = (item: string, times: number): string => `[${`${item},`.repeat(times - 1)}${item}]`
/** Payloads that are small but costly, over a limit. */
const costly: Record<string, string> = {
  'empty objects': repeated('{}', 19 * NODES),
  'empty lists': repeated('[]', 2 * NODES),
  'many numbers': repeated('1', 8 * NODES),
  'deep lists': '['.repeat(8 * MIB) + ']'.repeat(8 * MIB),
}
/** Payloads exactly at the limits. */
const wide = `{${Array.from({ length: NODES - 10 }, (_, index) => `"k${String(index)}":1`).join(',')}}`
const shapes = `[${Array.from({ length: NODES / 2 - 10 }, (_, index) => `{"k${String(index)}":1}`).join(',')}]`

test(
  'small but costly JSON neither delays other callers nor fills the memory',
  // A stall that the engine causes is there each time; one of a busy machine is not.
  { timeout: 60_000, retry: 1 },
  async () => {
    const rig = await costlyRig()
    const attacker = await rig.client()
    const owner = await rig.client()
    const got: number[] = []
    owner.onCall = (frame) => {
      got.push(frame.length)
      owner.answer(frame, '{"status_code":200,"body":1}')
    }
    // Without it, what it registers takes effect after the grace period of 5 s.
    owner.tell('engine::workers::register', '{"name":"owner","runtime":"node"}')
    owner.send('{"type":"registerfunction","id":"f"}')
    owner.send(
      '{"type":"registertrigger","id":"t","trigger_type":"http","function_id":"f","config":{"api_path":"/f","http_method":"POST"}}',
    )
    expect(codeIn(await owner.call('state::set', '{"scope":"s","key":"kept","value":"before"}'))).toBe('fine')
    const stalls: Record<string, number> = {}
    const during = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      stalls[name] = await rig.stallDuring(work)
    }

    for (const [name, text] of Object.entries(costly)) {
      await during(`frame: ${name}`, async () => {
        expect(codeIn(await attacker.call('f', text))).toBe('MESSAGE_TOO_LARGE')
        // Sending the largest takes long.
        if (text.length > 50 * MIB) return
        expect(codeIn(await attacker.call('state::set', `{"scope":"s","key":"kept","value":${text}}`))).toBe(
          'MESSAGE_TOO_LARGE',
        )
      })
    }
    await during('jobs and configurations', async () => {
      const text = costly['empty objects'] ?? ''
      const jobs = [1, 2, 3].map(() => attacker.call('f', text, ENQUEUE))
      expect((await Promise.all(jobs)).map(codeIn)).toEqual(Array(3).fill('MESSAGE_TOO_LARGE'))
      const entry = `{"id":"c","name":"","description":"","schema":{},"initial_value":${shapes}}`
      expect(codeIn(await attacker.call('configuration::register', entry))).toBe('MESSAGE_TOO_LARGE')
    })
    await during('http', async () => {
      const bodies = Object.values(costly).map((text) => Buffer.from(text))
      const [empties = Buffer.alloc(0)] = bodies
      const statuses = await Promise.all([
        ...Array.from({ length: 5 }, () => rig.post('/f', empties)),
        ...Array.from({ length: 5 }, () => rig.post('/f', empties.subarray(0, 16 * MIB))),
      ])
      expect(statuses).toEqual(Array(10).fill(413))
      // Nested too deeply counts as a body that cannot be read.
      expect(await rig.post('/f', bodies[3] ?? empties)).toBe(200)
    })
    await during('as much as is allowed', async () => {
      for (const text of [wide, shapes]) {
        expect(codeIn(await attacker.call('f', text))).toBe('fine')
        expect(codeIn(await attacker.call('state::set', `{"scope":"s","key":"large","value":${text}}`))).toBe('fine')
        expect(codeIn(await attacker.call('f', text, ENQUEUE))).toBe('fine')
        expect(await rig.post('/f', Buffer.from(text))).toBe(200)
      }
    })
    expect((await attacker.call('state::get', '{"scope":"s","key":"large"}')).length).toBeGreaterThan(shapes.length)
    expect(await attacker.call('state::get', '{"scope":"s","key":"kept"}')).toContain('"result":"before"')
    // Two calls, two jobs and two requests with all they had, and the deep body.
    expect(got.filter((length) => length >= shapes.length)).toHaveLength(6)
    console.info('R43', stalls, `grown ${String(Math.round(rig.grownBytes() / MIB))} MiB`)
    expect(Math.max(...Object.values(stalls))).toBeLessThanOrEqual(MAX_STALL_MS)
    expect(rig.grownBytes()).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
  },
)
