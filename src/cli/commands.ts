/**
 * The list of commands: the single source of help, completion and the reference in the documentation. A command is one
 * entry here and one module in `commands/`, which is loaded when the command runs.
 */
import type { CommandSpec } from './command.js'
import {
  callOptions,
  consoleOptions,
  devOptions,
  engineOptions,
  initOptions,
  inspectOptions,
  LIST_KINDS,
  listOptions,
  logsOptions,
  mcpOptions,
  openApiOptions,
  queuesOptions,
  runsOptions,
  schemasOptions,
  stateOptions,
  streamsOptions,
  tracesOptions,
  typesOptions,
} from './options.js'

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
  usage: ['<worker file>… [options] [-- arguments of the workers]'],
  about: [
    'Runs the local engine and workers on it, and restarts a worker when code in its folder changes. Running ' +
      'handlers finish first; code that does not build leaves the old worker running. A worker finds the engine by ' +
      'III_URL. Ctrl-C stops all.',
    'Prints a line for each HTTP request, job and failed call, with the trace that `iii-node traces <id>` draws. Keys ' +
      'on a terminal: r restarts the workers, o opens the console, c clears the screen, q quits.',
    '`iii.config.yaml` beside the worker is used as `--config`. `--inspect[=<port>]` lets a debugger attach to the ' +
      'worker; `--inspect-brk` also waits for it.',
    'TypeScript needs tsx beside the worker, or Node 22.18 or later.',
  ],
  options: devOptions,
  examples: ['iii-node dev src/worker.ts --http-port 8080'],
  load: async () => (await import('./commands/dev.js')).run,
}

const ls: CommandSpec = {
  name: 'ls',
  summary: 'list functions, workers, triggers, queues, topics, streams, scopes or routes',
  usage: ['[kind] [options]'],
  about: [
    `Lists one kind: ${LIST_KINDS.join(', ')}. The default is functions. --namespace selects the functions and workers ` +
      'of one namespace.',
  ],
  words: LIST_KINDS,
  options: listOptions,
  json:
    '`{"<kind>": [row, …]}`. Rows of functions, workers and triggers have the members that the engine sends ' +
    '(`function_id`, `worker_name`, `namespace`, …). The others: queues `name`, `subscriber_count`, `dead_letters`; ' +
    'topics `name`, `delivery`, `functions`; streams `id`, `groups`; scopes `name`; routes `method`, `path`, ' +
    '`function_id`, `worker_name`.',
  examples: ['iii-node ls', 'iii-node ls routes', 'iii-node ls workers --json'],
  load: async () => (await import('./commands/ls.js')).run,
}

const inspect: CommandSpec = {
  name: 'inspect',
  summary: 'describe a function, worker, trigger, trigger type or trace',
  usage: ['<id> [options]'],
  about: [
    'Finds what has this id or name, in this order: function, worker, trigger, trigger type. 32 hexadecimal digits are a trace.',
  ],
  options: inspectOptions,
  json: '`{"kind": "function", "function": {…}}`: the kind, and under its name what the engine sends.',
  examples: ['iii-node inspect orders::create'],
  load: async () => (await import('./commands/inspect.js')).run,
}

const call: CommandSpec = {
  name: 'call',
  summary: 'call a function and print its result',
  usage: ['<function> [member=text | member:=json]… [options]', '<function> <json> [options]', '<function> --help'],
  about: [
    'Calls a function and prints its result as JSON. The payload is made of members: `=` for text, `:=` for JSON. ' +
      'Or it is one JSON value; `-` reads it from stdin. `call <function> --help` describes the payload by the ' +
      "function's schema.",
    'The result is always JSON, and no value in it is left out.',
  ],
  options: callOptions,
  examples: [
    `iii-node call orders::create sku=tea quantity:=2`,
    `iii-node call orders::create '{"sku":"tea","quantity":2}' --trace`,
    'iii-node call orders::create sku=tea --enqueue orders',
  ],
  helps: (args) => args[0] !== undefined && !args[0].startsWith('-'),
  load: async () => (await import('./commands/call.js')).run,
}

const logs: CommandSpec = {
  name: 'logs',
  summary: 'print log records of workers',
  usage: ['[-f] [options]'],
  about: [
    'Prints the newest log records, the oldest of them first. Values of sensitive keys, such as `password`, are not printed.',
  ],
  options: logsOptions,
  json: '`{"logs": [record, …]}` with the members that the engine sends. With --follow: one record per line.',
  examples: ['iii-node logs -f --level warn', 'iii-node logs --function orders::create'],
  load: async () => (await import('./commands/logs.js')).run,
}

const traces: CommandSpec = {
  name: 'traces',
  summary: 'list traces, or draw one with its log records and errors',
  usage: ['[options]', '<trace id> [options]', '-f [options]'],
  about: [
    'Lists the newest traces. With an id, draws its spans: name, service, duration and place in time, with the error ' +
      'and the log records of each span below it. The first 8 or more digits of an id are enough.',
  ],
  options: tracesOptions,
  json:
    '`{"traces": [{"trace_id", "name", "service_name", "status", "started", "duration_ms"}, …]}`; with --follow one ' +
    'such row per line. With an id: `{"trace_id", "roots": [span with children, …], "logs": [record, …]}`.',
  examples: ['iii-node traces --status error', 'iii-node traces 4bf92f3577b34da6a3ce929d0e0e4736'],
  load: async () => (await import('./commands/traces.js')).run,
}

const queues: CommandSpec = {
  name: 'queues',
  summary: 'show queues and their dead letters; redrive or discard those',
  usage: ['[--dead] [options]', '<name> [--dead] [options]', '<name> redrive [id…]', '<name> discard <id…>'],
  about: [
    'Shows the queues and durable topics that the engine lists, or one by its name. --dead shows dead letters, oldest ' +
      'first. `redrive` puts all dead letters back into the queue, or those with the ids; `discard` removes them.',
  ],
  options: queuesOptions,
  json:
    '`{"queues": [{"name", "subscriber_count", "dead_letters"}, …]}`. With a name: `{"name", "depth", ' +
    '"consumer_count", "dlq_depth", "config"}`; with --dead `{"name", "dead_letters": [{"id", "payload", "error", ' +
    '"failed_at", "retries", "size_bytes"}, …]}`; with an action `{"name", "redriven" or "discarded": n, "missing": ' +
    '[id, …]}`.',
  examples: ['iii-node queues --dead', 'iii-node queues orders --dead', 'iii-node queues orders redrive'],
  load: async () => (await import('./commands/queues.js')).run,
}

const state: CommandSpec = {
  name: 'state',
  summary: 'read and change stored state',
  usage: ['ls [scope]', 'get <scope> <key>', 'set <scope> <key> <json>', 'rm <scope> <key>'],
  about: [
    'Lists the scopes, or the values of one scope. Reads, sets and removes one value; `-` reads the value from stdin. ' +
      'Engines list values without their keys. Values are printed whole.',
  ],
  words: ['ls', 'get', 'set', 'rm'],
  options: stateOptions,
  json:
    '`get` and `rm` print the value; `set` prints `{"old_value", "new_value"}`; `ls` prints `{"scopes": [name, …]}` ' +
    'or `{"scope", "values": [value, …]}`.',
  examples: ['iii-node state get carts ada', `iii-node state set carts ada '{"items":2}'`],
  load: async () => (await import('./commands/state.js')).run,
}

const streams: CommandSpec = {
  name: 'streams',
  summary: 'list streams, groups and items, or follow changes',
  usage: ['ls [stream] [group]', 'follow <stream> [group] [item]'],
  about: [
    'Lists the streams, the groups of one, or the items of a group. `follow` prints changes and events until Ctrl-C. Items are printed whole.',
  ],
  words: ['ls', 'follow'],
  options: streamsOptions,
  json:
    '`ls` prints `{"streams": [name, …]}`, `{"stream", "groups": [name, …]}` or `{"stream", "group", "items": ' +
    '[value, …]}`. `follow` prints one event per line, as functions bound to `stream` receive it.',
  examples: ['iii-node streams ls chat', 'iii-node streams follow chat lobby'],
  load: async () => (await import('./commands/streams.js')).run,
}

const runs: CommandSpec = {
  name: 'runs',
  summary: 'list and show runs of workflows; signal, cancel, pause, resume or retry one',
  usage: [
    'ls [workflow] [options]',
    'show <workflow> <run> [options]',
    'signal <workflow> <run> <signal> [json] [--signal-key <key>]',
    '<cancel | pause | resume> <workflow> <run>',
    'retry <workflow> <run> [--from <step>]',
  ],
  about: [
    'Lists runs, the newest first, or shows one with its steps. `resume` continues a paused or held run; `retry` runs an ' +
      'ended one again from a step on. Works on both engines, whether or not a worker serves the workflow.',
  ],
  words: ['ls', 'show', 'signal', 'cancel', 'pause', 'resume', 'retry'],
  options: runsOptions,
  json: '`ls` prints `{"runs": [status, …]}`, `show` prints `{"status", "entries": [step, …]}`.',
  examples: [
    'iii-node runs ls --state held',
    `iii-node runs signal orders::place o-1 payment '{"amount":20}' --signal-key o-1`,
  ],
  load: async () => (await import('./commands/runs.js')).run,
}

const types: CommandSpec = {
  name: 'types',
  summary: 'write TypeScript types of the functions of an engine',
  usage: ['[options]'],
  about: [
    'Writes types of all functions, trigger types and streams of an engine into one file. With the file in the ' +
      'project, calls and triggers are typed. The file is sorted, and equal engines give equal files.',
    '--namespace selects the function where several namespaces have the same id; the default is `default`.',
  ],
  options: typesOptions,
  examples: ['iii-node types', 'iii-node types --check', 'iii-node types --from schemas.json --strict'],
  load: async () => (await import('./commands/types.js')).run,
}

const schemas: CommandSpec = {
  name: 'schemas',
  summary: 'print the schemas of an engine',
  usage: ['[options]'],
  about: ['Prints the schemas of all functions and trigger types as JSON. `types` and `openapi` read it with --from.'],
  options: schemasOptions,
  examples: ['iii-node schemas > schemas.json'],
  load: async () => (await import('./commands/schemas.js')).run,
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
  load: async () => (await import('./commands/openapi.js')).run,
}

const completion: CommandSpec = {
  name: 'completion',
  summary: 'print a completion script for a shell',
  usage: ['<bash | zsh | fish>'],
  about: ['Prints a script that completes commands, their arguments and options.'],
  words: ['bash', 'zsh', 'fish'],
  options: {},
  examples: [
    'source <(iii-node completion bash)',
    'iii-node completion fish > ~/.config/fish/completions/iii-node.fish',
  ],
  load: async () => (await import('./commands/completion.js')).completionOf(commands),
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
  load: async () => (await import('./commands/init.js')).run,
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
  load: async () => (await import('./commands/schema.js')).run,
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

const mcp: CommandSpec = {
  name: 'mcp',
  summary: 'serve tools about an engine to a coding assistant',
  usage: ['[options]'],
  about: [
    'Serves the Model Context Protocol on standard input and output: tools that list, describe and draw what an engine ' +
      'has and what happened in it, and that search this documentation. With --allow-writes also tools that call ' +
      'functions, redrive dead letters and set state.',
    'Needs the package `@modelcontextprotocol/sdk`: npm install @modelcontextprotocol/sdk',
  ],
  options: mcpOptions,
  examples: ['iii-node mcp --url ws://127.0.0.1:49134'],
  load: async () => (await import('./commands/mcp.js')).run,
}

export const commands: readonly CommandSpec[] = [
  ...[init, engine, dev, consoleCommand],
  ...[ls, inspect, call, logs, traces, queues, state, streams, runs],
  ...[types, schemas, openapi, schema],
  ...[mcp, completion],
]
