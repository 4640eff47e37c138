import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { Exit, type CommandSpec } from '../../src/cli/command.js'
import { commands } from '../../src/cli/commands.js'
import { optionForm } from '../../src/cli/print/help.js'

/** What each exit code means; the type requires a line for each. */
const EXITS: Readonly<Record<keyof typeof Exit, string>> = {
  OK: 'success; also a command that Ctrl-C stopped',
  FAILED: 'the engine or the function reported an error',
  USAGE: 'the command line is wrong',
  NO_ENGINE: 'the engine could not be reached, or it denied access',
  NOT_FOUND: 'what the command line names does not exist',
}

const INTRODUCTION = `# Command line

\`npx iii-node <command> [options]\`. Commands that connect to an engine work on the local and on the distributed engine.
Results go to stdout, hints and errors to stderr. On a terminal, long output is shown in \`PAGER\` (default: \`less\`; an
empty \`PAGER\` disables it) and lists are cut to its width; in a pipe, nothing is cut. Control characters are escaped.
Values of sensitive keys, such as \`password\`, are printed only by \`call\`, \`state\` and \`streams\`.

No engine lists the keys of a state scope, so \`state ls <scope>\` prints its values alone.

## Exit codes

| code | meaning |
| --- | --- |
`

function section({ name, usage, about, options, json, examples }: CommandSpec): string {
  const rows = Object.entries(options).map(
    ([option, spec]) => `| \`${optionForm(option, spec)}\` | ${spec.about.replaceAll('|', '\\|')} |\n`,
  )
  return [
    `## iii-node ${name}`,
    `\`\`\`text\n${usage.map((form) => `iii-node ${name} ${form}`).join('\n')}\n\`\`\``,
    ...about,
    ...(rows.length === 0 ? [] : [`| option | meaning |\n| --- | --- |\n${rows.join('').trimEnd()}`]),
    ...(json === undefined ? [] : [`\`--json\` prints ${json}`]),
    ...(examples.length === 0 ? [] : [`\`\`\`text\n${examples.join('\n')}\n\`\`\``]),
  ].join('\n\n')
}

// `npx vitest run test/docs/cli-reference.test.ts -u` writes the page.
test('the page about the command line is what the list of commands says', async () => {
  const exits = Object.entries(EXITS).map(([name, text]) => `| ${String(Exit[name as keyof typeof Exit])} | ${text} |`)
  const page = `${INTRODUCTION}${exits.join('\n')}\n\n${commands.map(section).join('\n\n')}\n`
  const file = 'docs/reference/cli.md'
  const formatted = await format(page, { ...(await resolveConfig(file)), filepath: file })
  await expect(formatted).toMatchFileSnapshot(`../../${file}`)
})
