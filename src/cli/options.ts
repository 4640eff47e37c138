/**
 * The options of the commands, declared as data. Help, completion, checks and the reference are made from them. Imports
 * nothing that takes time to load.
 */
import type { OptionSpec, OptionSpecs } from './command.js'

/** Levels of the log, from the lowest to the highest. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export const LOG_FORMATS = ['text', 'json'] as const

/** Of every command that connects to an engine. */
export const connectionOptions = {
  url: {
    type: 'string',
    value: '<ws-url>',
    about: "the engine's address (default: III_URL, else ws://127.0.0.1:49134)",
  },
  namespace: {
    type: 'string',
    value: '<name>',
    about: 'namespace of the functions and workers (default: III_NAMESPACE, else default)',
  },
  token: { type: 'string', value: '<token>', about: "for a guarded engine: sent as 'authorization: Bearer <token>'" },
  header: {
    type: 'string',
    multiple: true,
    value: '<header>',
    about: "'name: value', sent with the handshake; may be given several times",
  },
  ca: {
    type: 'string',
    value: '<file>',
    about: 'for wss://: trust the authorities in this PEM file, instead of the usual ones',
  },
  cert: { type: 'string', value: '<file>', about: 'for wss://: certificate of this client, as PEM; needs --key' },
  key: { type: 'string', value: '<file>', about: 'for wss://: private key of --cert, as PEM' },
  proxy: {
    type: 'string',
    value: '<url>',
    about:
      "connect through this HTTP proxy, or 'env' for that of HTTPS_PROXY and NO_PROXY (needs the package https-proxy-agent)",
  },
  timeout: { type: 'string', value: '<ms>', about: 'time limit of each call in milliseconds (default: 30000)' },
} as const satisfies OptionSpecs

const json = { type: 'boolean', about: 'print JSON, in the shape described below' } as const
const limit = { type: 'string', value: '<n>' } as const

export const callOptions = {
  enqueue: { type: 'string', value: '<queue>', about: 'store the call in a queue and print its receipt' },
  void: { type: 'boolean', about: 'send the call and do not wait for the result' },
  trace: { type: 'boolean', about: 'record the call and draw its trace on stderr' },
  json: { type: 'boolean', about: 'print the result on one line of JSON' },
  ...connectionOptions,
} as const satisfies OptionSpecs

/** What `ls` lists. */
export const LIST_KINDS = [
  'functions',
  'workers',
  'triggers',
  'queues',
  'topics',
  'streams',
  'scopes',
  'routes',
] as const
export type ListKind = (typeof LIST_KINDS)[number]

export const listOptions = {
  all: { type: 'boolean', short: 'a', about: 'include parts of the engine and connections of commands' },
  json,
  ...connectionOptions,
} as const satisfies OptionSpecs

export const inspectOptions = { json, ...connectionOptions } as const satisfies OptionSpecs

export const logsOptions = {
  follow: { type: 'boolean', short: 'f', about: 'print new records until Ctrl-C' },
  function: { type: 'string', value: '<id>', about: 'records that the handler of this function wrote' },
  level: {
    type: 'string',
    value: '<level>',
    choices: LOG_LEVELS,
    about: 'this level and higher: debug, info, warn or error',
  },
  trace: { type: 'string', value: '<id>', about: 'records of this trace' },
  limit: { ...limit, about: 'the newest n records (default: 50)' },
  json,
  ...connectionOptions,
} as const satisfies OptionSpecs

export const tracesOptions = {
  follow: { type: 'boolean', short: 'f', about: 'print new traces until Ctrl-C' },
  function: {
    type: 'string',
    value: '<text>',
    about: 'traces with a span whose name contains this text, such as a function id',
  },
  status: { type: 'string', value: '<status>', choices: ['ok', 'error', 'unset'], about: 'ok, error or unset' },
  limit: { ...limit, about: 'the newest n traces (default: 20)' },
  json,
  ...connectionOptions,
} as const satisfies OptionSpecs

export const queuesOptions = {
  dead: { type: 'boolean', about: 'dead letters with their error and payload' },
  limit: { ...limit, about: 'the oldest n dead letters (default: 50)' },
  json,
  ...connectionOptions,
} as const satisfies OptionSpecs

export const stateOptions = { json, ...connectionOptions } as const satisfies OptionSpecs

export const runsOptions = {
  json,
  limit: { type: 'string', value: '<n>', about: 'maximum number of runs that `ls` prints (default: 50)' },
  state: {
    type: 'string',
    choices: ['running', 'waiting', 'paused', 'held', 'completed', 'failed', 'cancelled'],
    about: 'only runs in this state',
  },
  'signal-key': { type: 'string', value: '<key>', about: 'key of the signal' },
  from: { type: 'string', value: '<step>', about: 'step to retry from (default: the first that failed)' },
  ...connectionOptions,
} as const satisfies OptionSpecs

export const streamsOptions = { json, ...connectionOptions } as const satisfies OptionSpecs

const allowWrites = {
  type: 'boolean',
  about: 'also offer tools that call functions, redrive dead letters and set state',
} as const satisfies OptionSpec

export const mcpOptions = { 'allow-writes': allowWrites, ...connectionOptions } as const satisfies OptionSpecs
const from = {
  type: 'string',
  value: '<file>',
  about: 'read a file of `iii-node schemas` instead of an engine',
} as const

export const typesOptions = {
  out: { type: 'string', short: 'o', value: '<file>', about: 'the file to write (default: iii.d.ts; - prints it)' },
  from,
  check: { type: 'boolean', about: 'write nothing; exit with 1 when the file is out of date' },
  watch: { type: 'boolean', about: 'write the file again after each change, until Ctrl-C' },
  strict: { type: 'boolean', about: 'make an unknown function id a type error' },
  runtime: {
    type: 'string',
    value: '<file>',
    about: 'also write a module with contracts, which validate at run time',
  },
  'no-streams': { type: 'boolean', about: 'omit the names of streams' },
  ...connectionOptions,
} as const satisfies OptionSpecs

export const schemasOptions = { ...connectionOptions } as const satisfies OptionSpecs

export const openApiOptions = {
  from,
  title: { type: 'string', value: '<text>', about: 'title of the document (default: iii)' },
  server: { type: 'string', value: '<url>', about: 'address of the HTTP port, such as http://127.0.0.1:3111' },
  ...connectionOptions,
} as const satisfies OptionSpecs

const trustOptions = {
  'allow-origin': {
    type: 'string',
    multiple: true,
    value: '<o>',
    about:
      'let web pages of this origin connect, such as https://app.example; may be given several times (default: pages served by this machine)',
  },
  'allow-host': {
    type: 'string',
    multiple: true,
    value: '<name>',
    about:
      'let browsers reach the engine by this host name; may be given several times (default: IP addresses and localhost)',
  },
} as const satisfies OptionSpecs

/** Of the commands that serve the console. */
const consolePortOptions = {
  'console-port': {
    type: 'string',
    value: '<n>',
    about: 'port for the console (default: 3113, or the next free one; 0 selects a free one)',
  },
  'console-read-only': { type: 'boolean', about: 'refuse actions of the console that change something' },
  'allow-writes': {
    ...allowWrites,
    about: `for programs that use /mcp on the port of the console: ${allowWrites.about}`,
  },
} as const satisfies OptionSpecs

export const consoleOptions = {
  url: connectionOptions.url,
  token: connectionOptions.token,
  header: connectionOptions.header,
  ca: connectionOptions.ca,
  cert: connectionOptions.cert,
  key: connectionOptions.key,
  proxy: connectionOptions.proxy,
  ...consolePortOptions,
  ...trustOptions,
} as const satisfies OptionSpecs

export const engineOptions = {
  port: { type: 'string', value: '<n>', about: 'port for workers (default: 49134; 0 selects a free one)' },
  'http-port': { type: 'string', value: '<n>', about: 'port for HTTP triggers (default: 3111; 0 selects a free one)' },
  'stream-port': { type: 'string', value: '<n>', about: 'port for streams (default: 3112; 0 selects a free one)' },
  host: { type: 'string', value: '<address>', about: 'where to listen (default: 127.0.0.1)' },
  ...trustOptions,
  ...consolePortOptions,
  'no-console': { type: 'boolean', about: 'serve no console' },
  data: {
    type: 'string',
    value: '<folder>',
    about:
      'keep state, streams and queues in this folder; acknowledged writes survive a crash (default: in memory; needs the package classic-level)',
  },
  config: { type: 'string', value: '<file>', about: 'a YAML file with all settings, instead of the options above' },
  otlp: { type: 'string', value: '<url>', about: 'also send telemetry to this collector, over OTLP/HTTP' },
  'otlp-header': {
    type: 'string',
    multiple: true,
    value: '<header>',
    about: "a header of requests to --otlp, such as 'authorization: Bearer …'; may be given several times",
  },
  repair: { type: 'boolean', about: 'open a damaged store with its readable entries, and drop the rest' },
  'log-level': {
    type: 'string',
    value: '<level>',
    choices: LOG_LEVELS,
    about: 'debug, info, warn or error (default: info); the log goes to stderr',
  },
  'log-format': {
    type: 'string',
    value: '<name>',
    choices: LOG_FORMATS,
    about: 'text or json (default: text on a terminal, else json); NO_COLOR disables colours',
  },
} as const satisfies OptionSpecs

export const devOptions = {
  ...engineOptions,
  'env-file': {
    type: 'string',
    multiple: true,
    value: '<file>',
    about: 'variables for the worker; the environment takes precedence; may be given several times',
  },
  watch: {
    type: 'string',
    multiple: true,
    value: '<folder>',
    about: 'also watch this folder; may be given several times',
  },
  ignore: {
    type: 'string',
    multiple: true,
    value: '<glob>',
    about: "files whose changes are ignored, such as 'generated/*'; may be given several times",
  },
  clear: { type: 'boolean', about: 'clear the terminal at each restart' },
  types: { type: 'string', value: '<file>', about: 'write types of all functions, as `iii-node types` does' },
  bridge: {
    type: 'string',
    value: '<url>',
    about: 'send calls of functions that are not registered here to this engine, such as wss://staging.example',
  },
  'bridge-token': { ...connectionOptions.token, about: "for --bridge: sent as 'authorization: Bearer <token>'" },
  'bridge-header': { ...connectionOptions.header, about: "for --bridge: 'name: value'; may be given several times" },
  expose: {
    type: 'string',
    multiple: true,
    value: '<id>',
    about: 'serve this function on the engine of --bridge, too; may be given several times',
  },
  'bridge-namespace': {
    type: 'string',
    value: '<name>',
    about: 'the namespace of --expose on that engine (default: dev-, followed by the name of the user)',
  },
} as const satisfies OptionSpecs

/** The projects that `init` writes. */
export const TEMPLATES = ['api', 'jobs', 'js'] as const
export type Template = (typeof TEMPLATES)[number]

export const initOptions = {
  template: {
    type: 'string',
    value: '<name>',
    choices: TEMPLATES,
    about: 'api (HTTP routes), jobs (a queue) or js (jobs in JavaScript); default: api',
  },
  yes: { type: 'boolean', short: 'y', about: 'ask nothing; use the defaults' },
} as const satisfies OptionSpecs
