/**
 * The list of commands: the single source of help, completion and the reference in the documentation. A command is one
 * entry here and one module below `commands/`, which is loaded when the command runs.
 */
import type { CommandSpec } from './command.js'
import {
  consoleOptions,
  devOptions,
  engineOptions,
  initOptions,
  mcpOptions,
  openApiOptions,
  schemasOptions,
  typesOptions,
} from './options.js'
import { queries } from './queries.js'

const engine: CommandSpec = {
  name: 'engine',
  summary: 'run the local engine',
  usage: ['[options]'],
  about: ['Runs the local engine: one process, for development and tests. Ctrl-C stops it.'],
  options: engineOptions,
  examples: ['iii-node engine --data ./data'],
  load: async () => (await import('./commands/serve/engine.js')).run,
}

const dev: CommandSpec = {
  name: 'dev',
  summary: 'run a worker on the local engine and restart it when its code changes',
  usage: ['<worker file>… [options] [-- arguments of the workers]'],
  about: [
    'Runs the local engine and workers on it, and restarts a worker when code in its folder changes. Running ' +
      'handlers finish first. If the code does not build, the old worker keeps running. Of several workers, those restart ' +
      'that include the changed file. A worker finds the engine by ' +
      'III_URL. Ctrl-C stops all.',
    'Prints a line for each HTTP request, job and failed call, with the trace that `iii-node traces <id>` draws. Keys ' +
      'on a terminal: r restarts the workers, o opens the console, c clears the screen, q quits.',
    '`iii.config.yaml` beside the worker is used as `--config`. `--inspect[=<port>]` lets a debugger attach to the ' +
      'worker; `--inspect-brk` also waits for it.',
    'TypeScript needs tsx beside the worker, or Node 22.18 or later.',
  ],
  options: devOptions,
  examples: ['iii-node dev src/worker.ts --http-port 8080'],
  load: async () => (await import('./commands/serve/dev.js')).run,
}

const types: CommandSpec = {
  name: 'types',
  summary: 'write TypeScript types of the functions of an engine',
  usage: ['[options]'],
  about: [
    'Writes types of all functions, trigger types and streams of an engine into one file. With the file in the ' +
      'project, calls and triggers are typed. The content of the file depends only on the schemas.',
    '--namespace selects the function where several namespaces have the same id; the default is `default`.',
  ],
  options: typesOptions,
  examples: ['iii-node types', 'iii-node types --check', 'iii-node types --from schemas.json --strict'],
  load: async () => (await import('./commands/write/types.js')).run,
}

const schemas: CommandSpec = {
  name: 'schemas',
  summary: 'print the schemas of an engine',
  usage: ['[options]'],
  about: ['Prints the schemas of all functions and trigger types as JSON. `types` and `openapi` read it with --from.'],
  options: schemasOptions,
  examples: ['iii-node schemas > schemas.json'],
  load: async () => (await import('./commands/write/schemas.js')).run,
}

const openapi: CommandSpec = {
  name: 'openapi',
  summary: 'print an OpenAPI document of the HTTP routes',
  usage: ['[options]'],
  about: [
    'Prints an OpenAPI 3.1 document of all HTTP triggers. `iii-node dev` serves it at /openapi.json of the console.',
  ],
  options: openApiOptions,
  examples: ['iii-node openapi > openapi.json'],
  load: async () => (await import('./commands/write/openapi.js')).run,
}

const completion: CommandSpec = {
  name: 'completion',
  summary: 'print a completion script for a shell',
  usage: ['<bash | zsh | fish>'],
  about: [
    'Prints a script that completes commands, their arguments and options. Names of functions, queues, streams and ' +
      'others come from the engine that the line would reach: that of `--url`, else of III_URL. If it does not answer ' +
      'within a second, no names are offered. Names that a shell has to quote are left out.',
  ],
  words: ['bash', 'zsh', 'fish'],
  options: {},
  examples: [
    'source <(iii-node completion bash)',
    'iii-node completion fish > ~/.config/fish/completions/iii-node.fish',
  ],
  load: async () => (await import('./commands/write/completion.js')).completionOf(commands),
}

const init: CommandSpec = {
  name: 'init',
  summary: 'write a new project',
  usage: ['[folder] [options]'],
  about: [
    'Writes a project into a new or empty folder: a worker with an HTTP route, a job that is retried and a schedule, a ' +
      'test with a virtual clock, the scripts dev, test, types and start, a Dockerfile, and files for compose and CI. ' +
      'Asks for the folder and the template if they are not given.',
  ],
  options: initOptions,
  examples: ['iii-node init my-app', 'iii-node init my-app --template jobs'],
  load: async () => (await import('./commands/write/init.js')).run,
}

const schema: CommandSpec = {
  name: 'schema',
  summary: 'print the JSON Schema of the configuration file',
  usage: ['config'],
  about: [
    "Prints the JSON Schema of the engine's configuration file. Editors use it to complete and check the file; " +
      'the first line of the file names it: `# yaml-language-server: $schema=<path>`.',
  ],
  words: ['config'],
  options: {},
  examples: ['iii-node schema config > iii.config.schema.json'],
  load: async () => (await import('./commands/write/schema.js')).run,
}

const consoleCommand: CommandSpec = {
  name: 'console',
  summary: 'serve the console in front of an engine',
  usage: ['[options]'],
  about: [
    'Serves the console for any engine, also one on another machine, and prints its address. Ctrl-C stops it. ' +
      '`iii-node dev` and `iii-node engine` also serve it.',
  ],
  options: consoleOptions,
  examples: ['iii-node console --url ws://127.0.0.1:49134'],
  load: async () => (await import('./commands/serve/console.js')).run,
}

const mcp: CommandSpec = {
  name: 'mcp',
  summary: 'serve tools about an engine to a coding assistant',
  usage: ['[options]'],
  about: [
    'Serves the Model Context Protocol on standard input and output: tools that list and describe functions, read ' +
      'traces, logs, queues and state, and search this documentation. With --allow-writes also tools that call ' +
      'functions, redrive dead letters and set state.',
    'Needs the package `@modelcontextprotocol/sdk`: npm install @modelcontextprotocol/sdk',
  ],
  options: mcpOptions,
  examples: ['iii-node mcp --url ws://127.0.0.1:49134'],
  load: async () => (await import('./commands/serve/mcp.js')).run,
}

export const commands: readonly CommandSpec[] = [
  ...[init, engine, dev, consoleCommand],
  ...queries,
  ...[types, schemas, openapi, schema],
  ...[mcp, completion],
]
