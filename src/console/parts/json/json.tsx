/** Shows JSON as a tree that can be searched. Text from data is never read as HTML. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { bytes, preview } from '../format.js'
import { CopyButton } from '../basics.js'

const OPEN_DEPTH = 2
const MAX_TEXT = 400
/** Members that are shown at first. */
const MAX_MEMBERS = 100

/** Values whose text is longer can be searched. */
const SEARCHED_CHARACTERS = 200

export function Json({ value, label }: { readonly value: unknown; readonly label: string }): JSX.Element {
  const sought = useSignal('')
  const text = preview(value, Infinity)
  return (
    <div class="json" role="group" aria-label={label}>
      <div class="row spread">
        <span class="dimmer">{bytes(new Blob([text]).size)}</span>
        {text.length > SEARCHED_CHARACTERS && (
          <input
            type="search"
            aria-label={`Search in ${label}`}
            placeholder="Search in it"
            onInput={(event) => (sought.value = event.currentTarget.value.trim().toLowerCase())}
          />
        )}
        <CopyButton text={() => JSON.stringify(value, undefined, 2)} />
      </div>
      {sought.value !== '' && !contains(value, sought.value) && <p class="dim">Nothing fits the search.</p>}
      <Value value={value} depth={0} sought={sought.value} />
    </div>
  )
}

/** Whether a key or a value inside contains the text. */
function contains(value: unknown, sought: string): boolean {
  if (typeof value !== 'object' || value === null) return String(value).toLowerCase().includes(sought)
  const isList = Array.isArray(value)
  return Object.entries(value).some(
    ([key, item]) => (!isList && key.toLowerCase().includes(sought)) || contains(item, sought),
  )
}

interface ValueProps<T = unknown> {
  readonly value: T
  readonly depth: number
  /** What is searched, in lower case; empty for everything. */
  readonly sought: string
}

function Value({ value, depth, sought }: ValueProps): JSX.Element {
  const mark = sought !== '' && (typeof value !== 'object' || value === null) && contains(value, sought) ? ' found' : ''
  if (typeof value === 'string') return <Text text={value} mark={mark} />
  if (typeof value === 'number') return <span class={`number${mark}`}>{String(value)}</span>
  if (typeof value !== 'object' || value === null) return <span class={`word${mark}`}>{String(value)}</span>
  return <Members value={value} depth={depth} sought={sought} />
}

function Text({ text, mark }: { readonly text: string; readonly mark: string }): JSX.Element {
  const isWhole = useSignal(text.length <= MAX_TEXT)
  return (
    <span class={`string${mark}`}>
      {JSON.stringify(isWhole.value ? text : text.slice(0, MAX_TEXT))}
      {!isWhole.value && (
        <button onClick={() => (isWhole.value = true)}>… show all {text.length.toLocaleString('en')} characters</button>
      )}
    </span>
  )
}

function Members({ value, depth, sought }: ValueProps<object>): JSX.Element {
  const isOpen = useSignal(depth < OPEN_DEPTH)
  const limit = useSignal(MAX_MEMBERS)
  const isList = Array.isArray(value)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const all: [string, unknown][] = Object.entries(value)
  if (all.length === 0) return <span class="dimmer">{open + close}</span>
  const isKeyFound = (key: string): boolean => sought !== '' && !isList && key.toLowerCase().includes(sought)
  // While something is searched, the members that lead to it are shown, all open.
  const members = sought === '' ? all : all.filter(([key, item]) => isKeyFound(key) || contains(item, sought))
  const toggle = (): boolean => (isOpen.value = !isOpen.value)
  if (!isOpen.value && sought === '') {
    return (
      <button onClick={toggle} aria-expanded={false}>
        {open} {all.length} {close} ▸
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
            {!isList && <span class={isKeyFound(key) ? 'key found' : 'key'}>{JSON.stringify(key)}: </span>}
            <Value value={item} depth={depth + 1} sought={isKeyFound(key) ? '' : sought} />
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
