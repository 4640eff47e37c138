/** The commands that ask an engine what it has and what happened in it, and that change it. */
import type { CommandSpec } from './command.js'
import {
  callOptions,
  inspectOptions,
  LIST_KINDS,
  listOptions,
  logsOptions,
  queuesOptions,
  runsOptions,
  stateOptions,
  streamsOptions,
  tracesOptions,
} from './options.js'

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
    '(`function_id`, `worker_name`, `namespace`, …). The others: queues `name`, `subscriber_count` (topics alone), `dead_letters`; ' +
    'topics `name`, `delivery`, `functions`; streams `id`, `groups`; scopes `name`; routes `method`, `path`, ' +
    '`function_id`, `worker_name`.',
  examples: ['iii-node ls', 'iii-node ls routes', 'iii-node ls workers --json'],
  load: async () => (await import('./commands/ask/ls.js')).run,
}

const inspect: CommandSpec = {
  name: 'inspect',
  summary: 'describe a function, worker, trigger, trigger type or trace',
  usage: ['<id> [options]'],
  about: [
    'Finds what has this id or name, in this order: function, worker, trigger, trigger type. 32 hexadecimal digits are a trace.',
  ],
  places: ['ids'],
  options: inspectOptions,
  json: '`{"kind": "function", "function": {…}}`: the kind, and under its name what the engine sends.',
  examples: ['iii-node inspect orders::create'],
  load: async () => (await import('./commands/ask/inspect.js')).run,
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
  places: ['functions'],
  options: callOptions,
  examples: [
    `iii-node call orders::create sku=tea quantity:=2`,
    `iii-node call orders::create '{"sku":"tea","quantity":2}' --trace`,
    'iii-node call orders::create sku=tea --enqueue orders',
  ],
  helps: (args) => args[0] !== undefined && !args[0].startsWith('-'),
  load: async () => (await import('./commands/ask/call.js')).run,
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
  load: async () => (await import('./commands/ask/logs.js')).run,
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
  load: async () => (await import('./commands/ask/traces.js')).run,
}

const queues: CommandSpec = {
  name: 'queues',
  summary: 'show queues and their dead letters; redrive or discard those',
  usage: ['[--dead] [options]', '<name> [--dead] [options]', '<name> redrive [id…]', '<name> discard <id…>'],
  about: [
    'Shows the queues and durable topics that the engine lists, or one by its name. --dead shows dead letters, oldest ' +
      'first. `redrive` puts all dead letters back into the queue, or those with the ids; `discard` removes them.',
  ],
  places: ['queues', ['redrive', 'discard'], 'letters'],
  options: queuesOptions,
  json:
    '`{"queues": [{"name", "subscriber_count" (topics alone), "dead_letters"}, …]}`. With a name: `{"name", "depth", ' +
    '"consumer_count", "dlq_depth", "config"}`; with --dead `{"name", "dead_letters": [{"id", "payload", "error", ' +
    '"failed_at", "retries", "size_bytes"}, …]}`; with an action `{"name", "redriven" or "discarded": n, "missing": ' +
    '[id, …]}`.',
  examples: ['iii-node queues --dead', 'iii-node queues orders --dead', 'iii-node queues orders redrive'],
  load: async () => (await import('./commands/ask/queues.js')).run,
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
  places: [[], 'scopes'],
  options: stateOptions,
  json:
    '`get` and `rm` print the value; `set` prints `{"old_value", "new_value"}`; `ls` prints `{"scopes": [name, …]}` ' +
    'or `{"scope", "values": [value, …]}`.',
  examples: ['iii-node state get carts ada', `iii-node state set carts ada '{"items":2}'`],
  load: async () => (await import('./commands/ask/state.js')).run,
}

const streams: CommandSpec = {
  name: 'streams',
  summary: 'list streams, groups and items, or follow changes',
  usage: ['ls [stream] [group]', 'follow <stream> [group] [item]'],
  about: [
    'Lists the streams, the groups of one, or the items of a group. `follow` prints changes and events until Ctrl-C. Items are printed whole.',
  ],
  words: ['ls', 'follow'],
  places: [[], 'streams', 'groups'],
  options: streamsOptions,
  json:
    '`ls` prints `{"streams": [name, …]}`, `{"stream", "groups": [name, …]}` or `{"stream", "group", "items": ' +
    '[value, …]}`. `follow` prints one event per line, as functions bound to `stream` receive it.',
  examples: ['iii-node streams ls chat', 'iii-node streams follow chat lobby'],
  load: async () => (await import('./commands/ask/streams.js')).run,
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
  places: [[], 'workflows', 'runs'],
  options: runsOptions,
  json: '`ls` prints `{"runs": [status, …]}`, `show` prints `{"status", "entries": [step, …]}`.',
  examples: [
    'iii-node runs ls --state held',
    `iii-node runs signal orders::place o-1 payment '{"amount":20}' --signal-key o-1`,
  ],
  load: async () => (await import('./commands/ask/runs.js')).run,
}

export const queries: readonly CommandSpec[] = [ls, inspect, call, logs, traces, queues, state, streams, runs]
