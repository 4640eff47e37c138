/** A local engine that the command line started, on free ports. */
import type { Child } from './child.js'
import { runCli } from './compiled-project.js'

export interface CliEngine {
  readonly child: Child
  readonly url: string
  readonly httpUrl: string
}

export const FREE_PORTS = ['--port', '0', '--http-port', '0', '--stream-port', '0'] as const

interface CliEngineOptions {
  /** How `iii-node` is run. Default: from its sources. */
  readonly run?: typeof runCli
  /** How long it may take to start. */
  readonly startLimitMs?: number
}

/** Starts `iii-node engine`; it is gone when the test ends. */
export function cliEngine(args: readonly string[] = FREE_PORTS, options: CliEngineOptions = {}): Promise<CliEngine> {
  return beginCliEngine(args, options).ready
}

/** The same, with its process at hand from the beginning. */
export function beginCliEngine(
  args: readonly string[],
  { run = runCli, startLimitMs }: CliEngineOptions = {},
): { readonly child: Child; readonly ready: Promise<CliEngine> } {
  const child = run(['engine', ...args])
  const address = (name: string): string => new RegExp(`^  ${name} +(\\S+)$`, 'm').exec(child.stdout)?.[1] ?? ''
  const started = child.says(/Press Ctrl-C to stop/, startLimitMs)
  return { child, ready: started.then(() => ({ child, url: address('workers'), httpUrl: address('http') })) }
}
