/**
 * The list of commands: the single source of help, completion and the reference in the documentation. A command is one
 * entry here and one module in `commands/`, which is loaded when the command runs.
 */
import type { CommandSpec } from './command.js'
import { callOptions, consoleOptions, devOptions, engineOptions } from './options.js'

const engine: CommandSpec = {
  name: 'engine',
  summary: 'run the local engine',
  usage: ['[options]'],
  about: ['Runs the local engine: one process, for development and tests. Ctrl-C stops it.'],
  options: engineOptions,
  examples: ['iii-node engine --data ./data'],
  load: async () => (await import('./commands/engine.js')).run,
}

const dev: CommandSpec = {
  name: 'dev',
  summary: 'run a worker on the local engine and restart it when its code changes',
  usage: ['<worker file> [options] [-- arguments of the worker]'],
  about: [
    'Runs the local engine and a worker on it, and restarts the worker when code in its folder changes. Running ' +
      'handlers finish first. The worker finds the engine by III_URL. Ctrl-C stops both.',
    '`iii.config.yaml` beside the worker is used as `--config`. `--inspect[=<port>]` lets a debugger attach to the ' +
      'worker; `--inspect-brk` also waits for it.',
    'TypeScript needs tsx beside the worker, or Node 22.18 or later.',
  ],
  options: devOptions,
  examples: ['iii-node dev src/worker.ts --http-port 8080'],
  load: async () => (await import('./commands/dev.js')).run,
}

const call: CommandSpec = {
  name: 'call',
  summary: 'call a function and print its result',
  usage: ['<function> [json] [options]'],
  about: [
    'Calls a function and prints its result as JSON. The payload is the second argument; `-` reads it from stdin.',
  ],
  options: callOptions,
  examples: [`iii-node call orders::create '{"sku":"tea","quantity":2}'`],
  load: async () => (await import('./commands/call.js')).run,
}

const consoleCommand: CommandSpec = {
  name: 'console',
  summary: 'serve the console in front of an engine',
  usage: ['[options]'],
  about: [
    'Serves the console for any engine, also one on another machine, and prints its address. Ctrl-C stops it. ' +
      '`iii-node dev` and `iii-node engine` serve it by themselves.',
  ],
  options: consoleOptions,
  examples: ['iii-node console --url ws://127.0.0.1:49134'],
  load: async () => (await import('./commands/console.js')).run,
}

export const commands: readonly CommandSpec[] = [engine, dev, consoleCommand, call]
