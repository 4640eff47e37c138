import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { runCommand, startCommand } from '../kit/cli-terminal.js'
import { FREE_PORTS } from '../kit/cli.js'
import { devProject, startDev, workerCode } from '../kit/dev-project.js'
import { SESSION_INFO, webSocketPeer } from '../kit/socket-peer.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/local-rig.js'

const limit = { timeout: 30_000 }

const sum = { input: z.object({ a: z.number(), b: z.number() }), output: z.object({ sum: z.number() }) }

async function calculator() {
  const engine = await testEngine()
  const worker = engine.connect({ workerName: 'math' })
  worker.registerFunction('math::add', ({ a, b }) => ({ sum: a + b }), { ...sum, description: 'Adds two numbers' })
  worker.registerTrigger({ type: 'stream', function_id: 'math::add', config: { stream_name: 'sums' } })
  await worker.ready()
  const folder = await temporaryFolder()
  return { engine, worker, url: ['--url', engine.url], file: join(folder, 'iii.d.ts'), folder }
}

test('types writes functions, trigger types and streams, and the same file for the same engine', limit, async () => {
  const { engine, url, file } = await calculator()
  await engine.call('stream::set', { stream_name: 'chat', group_id: 'g', item_id: 'i', data: 1 })
  expect(await runCommand(['types', ...url, '--out', file])).toMatchObject({ code: 0, stderr: `Wrote ${file}\n` })
  const text = readFileSync(file, 'utf8')
  expect(text).toContain(
    [
      '  /** Adds two numbers */',
      "  'math::add': {",
      '    input: {',
      '      a: number',
      '      b: number',
      '    }',
      '    output: { sum: number }',
      '  }',
    ].join('\n'),
  )
  expect(text).toContain("  'engine::functions::list': {\n")
  expect(text).toMatch(/IIITriggerTypes \{[^]*\n {2}cron: \{\n {4}config: \{/)
  expect(text).toMatch(/IIIStreams \{\n {2}chat: any\n {2}sums: any\n\}/)
  // Functions that tools register for themselves are not listed.
  expect(text).not.toContain('iii-node::')
  expect(await runCommand(['types', ...url, '--out', file])).toEqual({ code: 0, stdout: '', stderr: '' })
  const { stdout } = await runCommand(['types', ...url, '--out', '-', '--no-streams'])
  expect(stdout).toContain('export interface IIIStreams {}\n')
})

test('types --check exits with 1 when the file is out of date, and writes nothing', limit, async () => {
  const { worker, url, file } = await calculator()
  const check = ['types', ...url, '--out', file, '--check']
  expect(await runCommand(check)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is out of date') as string,
  })
  await runCommand(['types', ...url, '--out', file])
  expect(await runCommand(check)).toMatchObject({ code: 0 })
  worker.registerFunction('math::double', () => 2)
  await worker.ready()
  expect(await runCommand(check)).toMatchObject({ code: 1 })
  expect(readFileSync(file, 'utf8')).not.toContain('math::double')
})

test('types --from reads what schemas has printed, and gives the same file', limit, async () => {
  const { url, file, folder } = await calculator()
  const schemas = await runCommand(['schemas', ...url])
  expect(schemas).toMatchObject({ code: 0, stderr: '' })
  const saved = join(folder, 'schemas.json')
  writeFileSync(saved, schemas.stdout)
  const direct = await runCommand(['types', ...url, '--out', '-', '--strict'])
  expect(direct.stdout).toContain('    strict: true\n')
  const args = ['types', '--from', saved, '--strict', '--out', file, '--runtime', join(folder, 'contracts.ts')]
  expect(await runCommand(args)).toMatchObject({ code: 0 })
  expect(readFileSync(file, 'utf8')).toBe(direct.stdout)
  expect(readFileSync(join(folder, 'contracts.ts'), 'utf8')).toContain(
    "  ['math::add']: defineFunction({ id: 'math::add'",
  )
})

test.each([
  ['not JSON', '{', /cannot be used/],
  ['of another kind', '{"openapi":"3.1.0"}', /`version` must be 1/],
  ['of wrong rows', '{"version":1,"functions":[{"id":"x"}]}', /each row needs `function_id` as text/],
  ['of wrong lists', '{"version":1,"functions":7}', /`functions` must be a list of objects/],
])('a file for --from that is %s is refused with the reason', limit, async (_, content, reason) => {
  const file = join(await temporaryFolder(), 'schemas.json')
  writeFileSync(file, content)
  const { code, stderr } = await runCommand(['types', '--from', file, '--out', '-'])
  expect(code).toBe(1)
  expect(stderr).toMatch(reason)
  expect(await runCommand(['openapi', '--from', `${file}.missing`])).toMatchObject({ code: 4 })
})

test.each([
  [['types', 'extra'], 'types takes no arguments'],
  [['types', '--watch', '--check'], '--watch cannot be combined with --check, --from or --out -'],
  [['schemas', 'extra'], 'schemas takes no arguments'],
  [['openapi', 'extra'], 'openapi takes no arguments'],
])('%j is refused with the reason', limit, async (args, reason) => {
  const { code, stderr } = await runCommand(args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(reason)])
})

test('types --watch writes the file again after each change, until Ctrl-C', limit, async () => {
  const { engine, url, file } = await calculator()
  const watching = startCommand(['types', ...url, '--out', file, '--watch'])
  await vi.waitFor(() => expect(watching.stderr()).toContain('Following'), { timeout: 10_000 })
  const other = engine.connect({ workerName: 'other' })
  other.registerFunction('other::run', () => 1, { request_format: { type: 'string' } })
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain("'other::run': {\n    input: string\n"), {
    timeout: 15_000,
  })
  watching.interrupt()
  expect(await watching.exitCode).toBe(0)
})

test('an engine that goes away while it is read leaves the file as it was', limit, async () => {
  const { url, file, folder } = await calculator()
  await runCommand(['types', ...url, '--out', file])
  const before = readFileSync(file, 'utf8')
  const peer = await webSocketPeer((socket) => {
    socket.send(SESSION_INFO)
    socket.on('message', (data: Buffer) => {
      const { invocation_id, function_id } = JSON.parse(data.toString()) as Record<string, string>
      const result = { functions: [{ function_id: 'a', namespace: 'default', worker_name: 'w' }] }
      if (function_id === 'engine::functions::list')
        socket.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, result }))
      // The schemas are asked for, and the engine is gone.
      if (function_id === 'engine::functions::info') socket.terminate()
    })
  })
  const { code, stderr } = await runCommand(['types', '--url', peer.url, '--out', file])
  expect([code, stderr]).toEqual([3, expect.stringMatching(/^iii-node types: .*connection/i)])
  expect(readFileSync(file, 'utf8')).toBe(before)
  expect(readdirSync(folder)).toEqual(['iii.d.ts'])
})

test(
  'dev --types keeps a file beside the worker up to date, and restarts for changes of code only',
  limit,
  async () => {
    const registering = (id: string, version = 1): string =>
      workerCode(version, `worker.registerFunction('${id}', () => 1, { response_format: { type: 'integer' } })`)
    const project = await devProject(registering('jobs::first'))
    const file = join(project.folder, 'iii.d.ts')
    const { child } = await startDev(project.file, [...FREE_PORTS, '--no-console', '--types', file])
    const typed = (id: string): Promise<void> =>
      vi.waitFor(
        () => expect(readFileSync(file, 'utf8')).toContain(`'${id}': {\n    input: any\n    output: number\n`),
        {
          timeout: 20_000,
        },
      )
    await typed('jobs::first')
    await project.write(registering('jobs::second', 2))
    // Another change before the restart is over.
    await child.says(/version 2 is ready/)
    await project.write(registering('jobs::third'))
    await typed('jobs::third')
    expect(child.output).not.toContain('iii.d.ts has changed')
    expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null })
  },
)
