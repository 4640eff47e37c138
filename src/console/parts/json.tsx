/** Shows JSON as a tree, and edits it as text with errors marked in place. Text from data is never read as HTML. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { bytes, preview } from './format.js'
import { CopyButton } from './basics.js'

const OPEN_DEPTH = 2
const MAX_TEXT = 400
/** Members that are shown at first. */
const MAX_MEMBERS = 100

export function Json({ value, label }: { readonly value: unknown; readonly label: string }): JSX.Element {
  return (
    <div class="json" role="group" aria-label={label}>
      <div class="row spread">
        <span class="dimmer">{bytes(new Blob([preview(value, Infinity)]).size)}</span>
        <CopyButton text={() => JSON.stringify(value, undefined, 2)} />
      </div>
      <Value value={value} depth={0} />
    </div>
  )
}

function Value({ value, depth }: { readonly value: unknown; readonly depth: number }): JSX.Element {
  if (typeof value === 'string') return <Text text={value} />
  if (typeof value === 'number') return <span class="number">{String(value)}</span>
  if (typeof value !== 'object' || value === null) return <span class="word">{String(value)}</span>
  return <Members value={value} depth={depth} />
}

function Text({ text }: { readonly text: string }): JSX.Element {
  const isWhole = useSignal(text.length <= MAX_TEXT)
  return (
    <span class="string">
      {JSON.stringify(isWhole.value ? text : text.slice(0, MAX_TEXT))}
      {!isWhole.value && (
        <button onClick={() => (isWhole.value = true)}>… show all {text.length.toLocaleString('en')} characters</button>
      )}
    </span>
  )
}

function Members({ value, depth }: { readonly value: object; readonly depth: number }): JSX.Element {
  const isOpen = useSignal(depth < OPEN_DEPTH)
  const limit = useSignal(MAX_MEMBERS)
  const isList = Array.isArray(value)
  const members: [string, unknown][] = Object.entries(value)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (members.length === 0) return <span class="dimmer">{open + close}</span>
  const toggle = (): boolean => (isOpen.value = !isOpen.value)
  if (!isOpen.value) {
    return (
      <button onClick={toggle} aria-expanded={false}>
        {open} {members.length} {close} ▸
      </button>
    )
  }
  return (
    <>
      <button onClick={toggle} aria-expanded={true} aria-label="Collapse">
        {open} ▾
      </button>
      <ul>
        {members.slice(0, limit.value).map(([key, item]) => (
          <li key={key}>
            {!isList && <span class="key">{JSON.stringify(key)}: </span>}
            <Value value={item} depth={depth + 1} />
          </li>
        ))}
      </ul>
      {members.length > limit.value && (
        <button onClick={() => (limit.value += 1_000)}>… {members.length - limit.value} more</button>
      )}
      <span class="dimmer">{close}</span>
    </>
  )
}

/** Text that should be JSON, and what is wrong with it. */
export interface ParsedText {
  readonly value?: unknown
  readonly error?: string
  /** From 1. */
  readonly line?: number
}

export function parseText(text: string): ParsedText {
  if (text.trim() === '') return { value: undefined }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = /position (\d+)/.exec(message)?.[1]
    const before = position === undefined ? text : text.slice(0, Number(position))
    return { error: message.replace(/ \(line .*$/, ''), line: before.split('\n').length }
  }
}

export function pretty(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, undefined, 2)
}

export function JsonEditor({
  label,
  text,
  onText,
  rows = 4,
}: {
  readonly label: string
  readonly text: string
  readonly onText: (text: string) => void
  readonly rows?: number
}): JSX.Element {
  const { error, line } = parseText(text)
  const lines = Math.max(rows, text.split('\n').length)
  const tab = (event: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }): void => {
    if (event.key !== 'Tab' || event.shiftKey) return
    event.preventDefault()
    const { selectionStart, selectionEnd } = event.currentTarget
    event.currentTarget.setRangeText('  ', selectionStart, selectionEnd, 'end')
    onText(event.currentTarget.value)
  }
  return (
    <div class="stack tight">
      <div class="editor">
        <div class="gutter" aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => (
            <div key={index} class={index + 1 === line ? 'bad' : ''}>
              {index + 1}
            </div>
          ))}
        </div>
        <textarea
          aria-label={label}
          aria-invalid={error !== undefined}
          rows={lines}
          spellcheck={false}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
          onKeyDown={tab}
        />
      </div>
      {error !== undefined && (
        <span class="red" role="status">
          Line {line}: {error}
        </span>
      )}
    </div>
  )
}
