/** Edits JSON as text: what is wrong is marked in its line, and the members and values of a schema are offered. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { isRecord } from '../../../wire/protocol/validate.js'
import { parseText } from './json.js'
import { completionsAt, schemaErrorsOf, type Completion, type SchemaError } from './json-schema.js'

export interface JsonEditorProps {
  readonly label: string
  readonly text: string
  readonly onText: (text: string) => void
  readonly rows?: number
  /** JSON Schema of the value. */
  readonly schema?: unknown
}

const MAX_ERRORS = 8

export function JsonEditor({ label, text, onText, rows = 4, schema }: JsonEditorProps): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null)
  const cursor = useSignal<number | undefined>(undefined)
  const schemaErrors = useSchemaErrors(schema, text)
  const { error, line } = parseText(text)
  const lines = Math.max(rows, text.split('\n').length)
  const marked = new Set(error === undefined ? schemaErrors.map((one) => one.line) : [line])
  const offered = cursor.value === undefined ? [] : completionsAt(schema, text, cursor.value)
  const insert = ({ from, to, text: inserted }: Completion): void => {
    const { current } = area
    if (current === null) return
    current.setRangeText(inserted, from, to, 'end')
    current.focus()
    cursor.value = current.selectionStart
    onText(current.value)
  }
  const moved = (): void => {
    const { selectionStart = 0, selectionEnd = -1 } = area.current ?? {}
    cursor.value = selectionStart === selectionEnd ? selectionStart : undefined
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Tab' || event.shiftKey || cursor.value === undefined) return
    event.preventDefault()
    insert(offered[0] ?? { label: '', from: cursor.value, to: cursor.value, text: '  ' })
  }
  return (
    <div class="stack tight">
      <div class="editor">
        <Gutter lines={lines} marked={marked} />
        <textarea
          ref={area}
          aria-label={label}
          aria-invalid={error !== undefined}
          rows={lines}
          spellcheck={false}
          value={text}
          onInput={(event) => {
            onText(event.currentTarget.value)
            moved()
          }}
          onKeyDown={press}
          onKeyUp={moved}
          onClick={moved}
          onBlur={() => (cursor.value = undefined)}
        />
      </div>
      {offered.length > 0 && <Offered completions={offered} onPick={insert} />}
      {error !== undefined ? (
        <span class="red" role="status">
          Line {line}: {error}
        </span>
      ) : (
        <SchemaErrors errors={schemaErrors} />
      )}
    </div>
  )
}

/** The numbers of the lines, those with an error marked. */
function Gutter({
  lines,
  marked,
}: {
  readonly lines: number
  readonly marked: ReadonlySet<number | undefined>
}): JSX.Element {
  return (
    <div class="gutter" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class={marked.has(index + 1) ? 'bad' : ''}>
          {index + 1}
        </div>
      ))}
    </div>
  )
}

function Offered({
  completions,
  onPick,
}: {
  readonly completions: readonly Completion[]
  readonly onPick: (completion: Completion) => void
}): JSX.Element {
  return (
    <div class="row flow offered" role="group" aria-label="Completions">
      <kbd>Tab</kbd>
      {completions.map((one) => (
        // The text area keeps the focus.
        <button
          key={one.label}
          class="mono"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(one)}
        >
          {one.label}
        </button>
      ))}
    </div>
  )
}

function SchemaErrors({ errors }: { readonly errors: readonly SchemaError[] }): JSX.Element | null {
  if (errors.length === 0) return null
  return (
    <ul class="amber" role="status">
      {errors.slice(0, MAX_ERRORS).map(({ line, message }) => (
        <li key={`${String(line)} ${message}`}>
          Line {line}: {message}
        </li>
      ))}
    </ul>
  )
}

/** What does not fit the schema; nothing while the text is not JSON. */
function useSchemaErrors(schema: unknown, text: string): readonly SchemaError[] {
  const found = useSignal<readonly SchemaError[]>([])
  useEffect(() => {
    let isCurrent = true
    const { value, error } = parseText(text)
    const checked = isRecord(schema) && error === undefined ? schemaErrorsOf(schema, value, text) : Promise.resolve([])
    checked.then(
      (errors) => {
        if (isCurrent) found.value = errors
      },
      // The schema itself is invalid, so nothing can be said about the value.
      () => (found.value = []),
    )
    return () => {
      isCurrent = false
    }
  }, [schema, text])
  return found.value
}
