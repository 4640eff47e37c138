/** Creates a folder with a worker file and runs `iii-node dev` on it. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FREE_PORTS } from './cli.js'
import type { Child, ChildOptions } from './child.js'
import { compiledFile, runCli } from './compiled-project.js'
import { temporaryFolder } from './temporary-folder.js'

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** The code of a worker that serves `GET /version`; `extra` runs before it is ready. */
export const workerCode = (version: number, extra = ''): string => `
import { registerWorker, TriggerAction } from '${compiledFile('src/index.ts')}'
const worker = registerWorker(undefined, { otel: { enabled: false }, diagnostics: 'silent' })
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
worker.registerFunction('version', async ({ query_params }) => {
  if (query_params.wait !== undefined) {
    console.log('a request waits')
    await wait(Number(query_params.wait))
  }
  return { status_code: 200, body: { version: ${String(version)}, pid: process.pid } }
})
worker.registerTrigger({ type: 'http', function_id: 'version', config: { api_path: '/version' } })
${extra}
await worker.ready({ allowRefused: true })
console.log('version ${String(version)} is ready')`

export interface DevProject {
  readonly folder: string
  readonly file: string
  /** Writes the worker's file. */
  readonly write: (text: string) => Promise<void>
  /** Writes another file of the folder. */
  readonly add: (name: string, text: string) => Promise<void>
}

export async function devProject(code: string, name = 'worker.mts'): Promise<DevProject> {
  const folder = await temporaryFolder()
  await symlink(root('node_modules'), join(folder, 'node_modules'))
  const add = async (other: string, text: string): Promise<void> => {
    const path = join(folder, other)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, text)
  }
  await add(name, code)
  return { folder, file: join(folder, name), add, write: (text) => add(name, text) }
}

/** Starts `iii-node dev` on a file, on free ports; resolves when its engine listens. */
export async function startDev(
  file: string,
  args: readonly string[] = FREE_PORTS,
  options: ChildOptions = {},
): Promise<{ readonly child: Child; readonly httpUrl: string }> {
  const child = runCli(['dev', file, ...args], options)
  const [, httpUrl = ''] = await child.says(/http +(\S+)/)
  return { child, httpUrl }
}

export interface VersionAnswer {
  readonly version: number
  readonly pid: number
}

export async function versionAt(httpUrl: string, waitMs = 0): Promise<VersionAnswer> {
  const answer = await fetch(`${httpUrl}/version?wait=${String(waitMs)}`)
  if (!answer.ok) throw new Error(`HTTP ${String(answer.status)}: ${await answer.text()}`)
  return (await answer.json()) as VersionAnswer
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
