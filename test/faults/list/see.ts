/** Programs at the port of the console, and what they may change (R42). */
import type { Fault } from '../plant.js'

const mcp = ['test/processes/mcp.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'programs-need-no-token',
    row: 'R42',
    file: 'src/console-server/console-server.ts',
    symbol: 'withMcp',
    find: 'if (refusal === undefined) mcp(request, response)',
    replace: 'if (refusal !== "The page belongs to another origin") mcp(request, response)',
    tests: mcp,
  },
  {
    name: 'pages-of-this-machine-use-tools',
    row: 'R42',
    file: 'src/console-server/console-server.ts',
    symbol: 'untrusted',
    find: "origin !== `http://${host ?? ''}`",
    replace: "!origin.startsWith('http://localhost')",
    tests: mcp,
  },
  {
    name: 'tools-that-are-not-listed-run',
    row: 'R42',
    file: 'src/cli/mcp/tools.ts',
    symbol: 'runTool',
    find: 'toolsOf(allowed).find(',
    replace: 'toolsOf({ allowsWrites: true }).find(',
    tests: mcp,
  },
  {
    name: 'documents-are-read-anywhere',
    row: 'R42',
    file: 'src/cli/mcp/docs.ts',
    symbol: 'readPage',
    find: 'const found = pages().get(page)',
    replace:
      "const found = pages().get(page) ?? readFileSync(new URL(page, new URL('../../../docs/guide/', import.meta.url)), 'utf8')",
    tests: mcp,
  },
]
