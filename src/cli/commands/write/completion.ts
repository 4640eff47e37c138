/** `iii-node completion`: prints completion scripts, made from the list of commands. */
import { describe } from '../../../std/text/describe.js'
import { Exit, UsageError, type CommandSpec, type RunCommand } from '../../command.js'

type Shell = 'bash' | 'zsh' | 'fish'

type Commands = readonly CommandSpec[]

export function completionOf(commands: Commands): RunCommand {
  return (args, terminal) => {
    const [shell, extra] = args
    const script = shell === undefined || extra !== undefined ? undefined : scripts(commands)[shell as Shell]
    if (script === undefined)
      throw new UsageError(`completion takes bash, zsh or fish, got ${describe(extra ?? shell)}`)
    terminal.out(script)
    return Promise.resolve(Exit.OK)
  }
}

function scripts(commands: Commands): Readonly<Partial<Record<Shell, string>>> {
  return { bash: bashScript(commands), zsh: zshScript(commands), fish: fishScript(commands) }
}

/** The words that can follow a command: its first argument and its options. */
function wordsOf({ words = [], options }: CommandSpec): string[] {
  return [...words, ...Object.keys(options).map((name) => `--${name}`), '--help']
}

function caseLines(commands: Commands, indent: string): string {
  return commands.map((spec) => `${indent}${spec.name}) choices="${wordsOf(spec).join(' ')}" ;;`).join('\n')
}

function bashScript(commands: Commands): string {
  const names = commands.map(({ name }) => name).join(' ')
  return `_iii_node() {
  local current="\${COMP_WORDS[COMP_CWORD]}" choices
  if [ "$COMP_CWORD" -eq 1 ]; then
    choices="${names} --help --version"
  else
    case "\${COMP_WORDS[1]}" in
${caseLines(commands, '      ')}
    esac
  fi
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
  [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _iii_node iii-node`
}

function zshScript(commands: Commands): string {
  return `#compdef iii-node
_iii_node() {
  if (( CURRENT == 2 )); then
    local -a names
    names=(${commands.map(({ name, summary }) => quoted(`${name}:${summary}`)).join(' ')})
    _describe command names
    return
  fi
  local choices
  case "\${words[2]}" in
${caseLines(commands, '    ')}
  esac
  compadd -- \${=choices}
  _files
}
compdef _iii_node iii-node`
}

function fishScript(commands: Commands): string {
  return [
    'complete -c iii-node -f -n __fish_use_subcommand -l version',
    'complete -c iii-node -l help',
    ...commands.flatMap((spec) => {
      // Later words may be names of commands, too, as in `ls queues`.
      const isUsed = `-n 'contains -- ${spec.name} (commandline -opc)[2]'`
      return [
        `complete -c iii-node -f -n __fish_use_subcommand -a ${spec.name} -d ${quoted(spec.summary)}`,
        ...(spec.words === undefined ? [] : [`complete -c iii-node ${isUsed} -a '${spec.words.join(' ')}'`]),
        ...Object.entries(spec.options).map(([name, { type, about }]) => {
          const takes = type === 'string' ? ' -r' : ''
          return `complete -c iii-node ${isUsed} -l ${name}${takes} -d ${quoted(about)}`
        }),
      ]
    }),
  ].join('\n')
}

/** A word in single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
