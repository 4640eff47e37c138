import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../kit/compiled-project.js'
import { devProject, workerCode } from '../kit/dev-project.js'
import { until } from '../kit/waiting.js'

const limit = { timeout: 40_000 }

/** A YAML with these commands, as the examples of the distributed engine start their workers. */
const yaml = (commands: readonly string[], watch: readonly string[] = []): string =>
  JSON.stringify({
    workers: [
      { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0 } },
      { name: 'iii-exec', image: 'ignored', config: { exec: commands, watch } },
      { name: 'iii-http', config: { host: '127.0.0.1', port: 0 } },
      { name: 'iii-queue' },
    ],
  })

const print = (text: string): string => `${process.execPath} -e "console.log('${text}')"`

/** Whether a process runs. One that has ended may stay listed until its parent asks for its exit code. */
function isRunning(pid: number): boolean {
  try {
    return !/ \(.*\) [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('commands run in order, one of them connects a worker, and all end with the engine', limit, async () => {
  const project = await devProject(
    workerCode(1, "process.on('SIGTERM', () => console.log('the worker was asked'))"),
    'src/worker.mjs',
  )
  // The shell is the parent of the worker, as a package script would be.
  const worker = `echo $$ > shell.pid; ${process.execPath} src/worker.mjs; echo after`
  await project.add('engine.yaml', yaml([print('first'), print('second'), worker], ['src/**/*.mjs']))
  const engine = runCli(['engine', '--config', 'engine.yaml'], { cwd: project.folder, env: { III_URL: undefined } })
  await engine.says(/version 1 is ready/)
  expect(engine.stdout.indexOf('first')).toBeLessThan(engine.stdout.indexOf('second'))
  const url = /http +(\S+)/.exec(engine.stdout)?.[1] ?? ''
  const answer = (await (await fetch(`${url}/version`)).json()) as { version: number; pid: number }
  expect(answer.version).toBe(1)

  await project.write(workerCode(2))
  await engine.says(/version 2 is ready/)
  expect(isRunning(answer.pid)).toBe(false)
  const shell = Number(readFileSync(join(project.folder, 'shell.pid'), 'utf8'))
  const { pid } = (await (await fetch(`${url}/version`)).json()) as { pid: number }

  expect(await engine.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect([isRunning(pid), isRunning(shell)]).toEqual([false, false])
  expect(engine.stdout).not.toContain('after')
})

test('a command that fails ends the sequence and is logged; the engine keeps serving', limit, async () => {
  const project = await devProject('', 'src/empty.mjs')
  await project.add('engine.yaml', yaml([`${process.execPath} -e "process.exit(3)"`, print('never')]))
  const engine = runCli(['engine', '--config', 'engine.yaml'], { cwd: project.folder })
  await engine.says(/A command of `iii-exec` failed/)
  expect(engine.output).toContain('ended with code 3')
  expect(engine.stdout).not.toContain('never')
  const url = /workers +(\S+)/.exec(engine.stdout)?.[1] ?? ''
  const change = '{"id":"iii-queue","value":{"queue_configs":{"emails":{"concurrency":8}}}}'
  expect((await runCli(['call', 'configuration::set', change, '--url', url]).ended).code).toBe(0)
  const read = runCli(['call', 'configuration::get', 'id=iii-queue', '--url', url])
  await read.ended
  expect(JSON.parse(read.stdout)).toMatchObject({ value: { queue_configs: { emails: { concurrency: 8 } } } })
  expect(await engine.stop('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('a process that does not end is killed with the engine', limit, async () => {
  const project = await devProject('', 'src/empty.mjs')
  const stubborn =
    "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); console.log('pid=' + process.pid)"
  await project.add('engine.yaml', yaml([`${process.execPath} -e "${stubborn}"`]))
  const engine = runCli(['engine', '--config', 'engine.yaml'], { cwd: project.folder })
  await engine.says(/pid=\d/)
  const pid = Number(/pid=(\d+)/.exec(engine.stdout)?.[1])
  await engine.stop('SIGTERM')
  await until(() => !isRunning(pid))
})
