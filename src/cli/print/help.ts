/** Formats the help of a command, and of all commands, from their declarations. Lines have at most 80 characters. */
import type { CommandSpec, OptionSpec, OptionSpecs } from '../command.js'

const WIDTH = 80
/** Column of the descriptions of options. */
const INDENT = 24

/** Options of every command. */
const HELP_OPTION = { help: { type: 'boolean', short: 'h', about: 'print this text' } } as const satisfies OptionSpecs

export function helpOfAll(commands: readonly CommandSpec[]): string {
  const longest = Math.max(...commands.map(({ name }) => name.length))
  const rows = commands.flatMap(({ name, summary }) => hanging(`  ${name.padEnd(longest + 2)}`, summary))
  return [
    'Usage: iii-node <command> [options]',
    '',
    'Commands:',
    ...rows,
    '',
    ...wrapped('`iii-node <command> --help` describes a command; `iii-node --version` prints the version.'),
  ].join('\n')
}

/** Usage of a command, printed below the reason when its arguments are refused: short, so that both fit on a screen. */
export function usageOf(spec: CommandSpec): string {
  return [...usageLines(spec), '', `\`iii-node ${spec.name} --help\` describes the options.`].join('\n')
}

function usageLines({ name, usage }: CommandSpec): string[] {
  return usage.map((form, index) => `${index === 0 ? 'Usage: ' : '       '}iii-node ${name} ${form}`)
}

export function helpOf(spec: CommandSpec): string {
  const { about, options, json, examples } = spec
  return [
    ...usageLines(spec),
    ...about.flatMap((paragraph) => ['', ...wrapped(paragraph)]),
    '',
    'Options:',
    ...Object.entries({ ...options, ...HELP_OPTION }).flatMap(optionLines),
    ...(json === undefined ? [] : ['', ...wrapped(`--json prints ${json}`)]),
    ...(examples.length === 0 ? [] : ['', 'Examples:', ...examples.map((example) => `  ${example}`)]),
  ].join('\n')
}

/** An option as one writes it, such as `-f, --follow` or `--port <n>`. */
export function optionForm(name: string, { short, value }: OptionSpec): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

function optionLines([name, option]: [string, OptionSpec]): string[] {
  return hanging(`  ${optionForm(name, option)}`, option.about)
}

/** A text beside a label; a long label has a line of its own. */
function hanging(label: string, text: string): string[] {
  const indent = label.length < INDENT ? INDENT : label.length + 2
  const column = indent > INDENT && label.startsWith('  --') ? INDENT : indent
  const lines = wrapped(text, WIDTH - column).map((line) => ' '.repeat(column) + line)
  const [first = ''] = lines
  if (label.length >= column) return [label, ...lines]
  return [label + first.slice(label.length), ...lines.slice(1)]
}

/** The words of a text in lines of at most `width` characters. */
export function wrapped(text: string, width = WIDTH): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
