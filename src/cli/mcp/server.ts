/**
 * Serves the tools in the Model Context Protocol, over standard input and output or over HTTP. The package of the
 * protocol is an optional peer, which is loaded when the server starts.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { packageVersion } from '../../version.js'
import { CommandError } from '../command.js'
import type { Remote } from '../commands/ask/connection.js'
import { runTool, toolsOf } from './tools.js'

export interface McpOptions {
  readonly remote: Remote
  /** Whether tools that change something are offered. */
  readonly allowsWrites: boolean
}

const INSTRUCTIONS =
  'Tools for an iii engine and its workers. To find out why something failed: list_traces with status error, then ' +
  'read_trace, then describe_function. search_docs answers how iii-node is used.'

/** @throws {CommandError} when the package is not installed. */
async function createServer({ remote, allowsWrites }: McpOptions): Promise<McpServer> {
  const { McpServer: Created } = await loaded(() => import('@modelcontextprotocol/sdk/server/mcp.js'))
  const { CallToolRequestSchema, ListToolsRequestSchema } = await loaded(
    () => import('@modelcontextprotocol/sdk/types.js'),
  )
  const about = { name: 'iii-node', version: packageVersion }
  const created = new Created(about, { capabilities: { tools: {} }, instructions: INSTRUCTIONS })
  // Its own way to declare a tool needs a schema library.
  const { server } = created
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: toolsOf({ allowsWrites }).map(({ name, description, inputSchema, writes }) => {
      return { name, description, inputSchema: { ...inputSchema }, annotations: { readOnlyHint: !writes } }
    }),
  }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    runTool(remote, { name: params.name, input: params.arguments }, { allowsWrites }),
  )
  return created
}

async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new CommandError(
      'this needs the package @modelcontextprotocol/sdk, which is not installed: npm install @modelcontextprotocol/sdk',
    )
  }
}

/** Serves on the standard streams until the input ends or the returned promise of `stop` resolves. */
export async function serveStdio(options: McpOptions, stop: Promise<void>): Promise<void> {
  const server = await createServer(options)
  const { StdioServerTransport } = await loaded(() => import('@modelcontextprotocol/sdk/server/stdio.js'))
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve)
  })
  await server.connect(new StdioServerTransport())
  await Promise.race([ended, stop])
  await server.close()
}

/** Answers one HTTP request of a client. Each stands alone: there are no sessions. */
export async function answerHttp(
  options: McpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const server = await createServer(options)
  const { StreamableHTTPServerTransport } = await loaded(
    () => import('@modelcontextprotocol/sdk/server/streamableHttp.js'),
  )
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  response.once('close', () => void server.close())
  await server.connect(transport)
  await transport.handleRequest(request, response)
}
