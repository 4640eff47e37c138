/**
 * `iii-node completion`: prints completion scripts, made from the list of commands. For names that an engine has, the
 * scripts run `iii-node completion names <line>`.
 */
import { describe } from '../../../std/text/describe.js'
import { Exit, OPTION_NAMES, UsageError, type CommandSpec, type OptionSpec, type RunCommand } from '../../command.js'

type Shell = 'bash' | 'zsh' | 'fish'

type Commands = readonly CommandSpec[]

export function completionOf(commands: Commands): RunCommand {
  return async (args, terminal) => {
    const [shell, extra] = args
    if (shell === 'names' && extra !== undefined) {
      const { completeLine } = await import('./complete-line.js')
      for (const word of await completeLine(commands, extra)) terminal.out(word)
      return Exit.OK
    }
    const script = shell === undefined || extra !== undefined ? undefined : scripts(commands)[shell as Shell]
    if (script === undefined)
      throw new UsageError(`completion takes bash, zsh or fish, got ${describe(extra ?? shell)}`)
    terminal.out(script)
    return Exit.OK
  }
}

function scripts(commands: Commands): Readonly<Partial<Record<Shell, string>>> {
  return { bash: bashScript(commands), zsh: zshScript(commands), fish: fishScript(commands) }
}

/** The words that can follow a command: its first argument and its options. */
function wordsOf({ words = [], options }: CommandSpec): string[] {
  return [...words, ...Object.keys(options).map((name) => `--${name}`), '--help']
}

/** Arguments that are names in an engine, not files. */
function caseLines(commands: Commands, indent: string): string {
  return commands
    .map((spec) => {
      const files = spec.places === undefined ? '' : ' files=""'
      return `${indent}${spec.name}) choices="${wordsOf(spec).join(' ')}"${files} ;;`
    })
    .join('\n')
}

function bashScript(commands: Commands): string {
  const names = commands.map(({ name }) => name).join(' ')
  return `_iii_node() {
  local line="\${COMP_LINE:0:COMP_POINT}" current="\${COMP_WORDS[COMP_CWORD]}" choices files=yes name
  local whole="\${line##*[[:space:]]}" breaks="\${COMP_WORDBREAKS//[^:=]/}" skipped=""
  COMPREPLY=()
  # Bash replaces only what follows the last colon.
  [ -z "$breaks" ] || skipped="\${whole%"\${whole##*[$breaks]}"}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    choices="${names} --help --version"
  else
    case "\${COMP_WORDS[1]}" in
${caseLines(commands, '      ')}
    esac
    while IFS= read -r name; do
      COMPREPLY+=("\${name#"$skipped"}")
    done < <("$1" completion names "$line" 2>/dev/null </dev/null)
    [ "\${#COMPREPLY[@]}" -eq 0 ] || return
  fi
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
  [ "\${#COMPREPLY[@]}" -eq 0 ] || return
  if [ -n "$files" ] || [[ "\${COMP_WORDS[COMP_CWORD - 1]}" == -* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
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
  local choices files=yes
  case "\${words[2]}" in
${caseLines(commands, '    ')}
  esac
  local -a found
  found=(\${(f)"$("\${words[1]}" completion names "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null </dev/null)"})
  if (( \${#found} )); then
    compadd -- $found
    return
  fi
  compadd -- \${=choices}
  [[ -z "$files" && "\${words[CURRENT-1]}" != -* ]] || _files
}
compdef _iii_node iii-node`
}

function fishScript(commands: Commands): string {
  return [
    'function __iii_node_names',
    '  set -l words (commandline -opc)',
    String.raw`  $words[1] completion names (commandline -cp | string join ' ') 2>/dev/null </dev/null | string replace -r '^--[^=]*=' ''`,
    'end',
    'complete -c iii-node -f -n __fish_use_subcommand -l version',
    'complete -c iii-node -l help',
    ...commands.flatMap((spec) => {
      // Later words may be names of commands, too, as in `ls queues`.
      const isUsed = `-n 'contains -- ${spec.name} (commandline -opc)[2]'`
      return [
        `complete -c iii-node -f -n __fish_use_subcommand -a ${spec.name} -d ${quoted(spec.summary)}`,
        ...(spec.words === undefined ? [] : [`complete -c iii-node ${isUsed} -a '${spec.words.join(' ')}'`]),
        ...(spec.places === undefined ? [] : [`complete -c iii-node ${isUsed} -f -a '(__iii_node_names)'`]),
        ...Object.entries(spec.options).map(
          ([name, option]) =>
            `complete -c iii-node ${isUsed} -l ${name}${fishValue(name, option)} -d ${quoted(option.about)}`,
        ),
      ]
    }),
  ].join('\n')
}

function fishValue(name: string, { type, choices }: OptionSpec): string {
  if (type === 'boolean') return ''
  return choices === undefined && OPTION_NAMES[name] === undefined ? ' -r' : " -x -a '(__iii_node_names)'"
}

/** A word in single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
