/** Keys of one place and the value of the chosen one, which can be edited. For state and streams. */
import { useSignal, type ReadonlySignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { engine, info, useCanChange, useQuery } from '../../engine/engine.js'
import { ConfirmButton, Empty, Problem, Search, searched, Top } from '../basics.js'
import { preview } from '../format.js'
import { Json, parseText, pretty } from './json.js'
import { JsonEditor } from './json-editor.js'
import { useKey } from '../keys.js'
import { List } from '../list.js'
import { navigate } from '../router.js'

export interface EntrySource {
  /** Names the place in headings and labels. */
  readonly title: string
  /** The list of all places. */
  readonly above: { readonly href: string; readonly title: string }
  /** The kind of a key, such as `key` or `item`. */
  readonly noun: string
  readonly inspection: 'state::entries' | 'stream::entries'
  /** The place, as the functions of the engine take it. */
  readonly place: object
  readonly hrefOf: (key: string) => string
  readonly up: string
  /** The attributes of spans that read or change a key. */
  readonly tracesOf: (key: string) => Readonly<Record<string, string>>
  readonly get: (key: string) => Promise<unknown>
  readonly set: (key: string, value: unknown) => Promise<unknown>
  readonly remove: (key: string) => Promise<unknown>
}

interface EntryRow {
  readonly key: string
  readonly value?: unknown
}

export interface EntryBrowserProps {
  readonly source: EntrySource
  readonly chosen: string | undefined
  readonly changed: ReadonlySignal<number>
}

export function EntryBrowser({ source, chosen, changed }: EntryBrowserProps): JSX.Element {
  const { title, inspection, place, hrefOf, up, noun } = source
  const search = searched()
  const id = `${inspection} ${JSON.stringify(place)}`
  const isLocal = info.value?.isLocal === true
  const load = (): ReturnType<typeof engine.entries> =>
    isLocal ? engine.entries(inspection, { ...place, search }) : Promise.resolve({ entries: [], isCut: false })
  const { value, error, reload } = useQuery(`${id} ${search}`, load, changed)
  return (
    <>
      <section class="list" aria-label={title}>
        <Top
          title={title}
          above={source.above}
          {...(isLocal && value !== undefined && { count: value.entries.length })}
        >
          <Search label={`Find a ${noun}`} />
          <AddKey source={source} />
        </Top>
        {error !== undefined && <Problem error={error} />}
        {value?.isCut === true && <p class="banner">Only the first 1,000 are shown. Search to find others.</p>}
        <List
          label={`List of ${noun}s`}
          rows={value?.entries ?? []}
          idOf={keyOf}
          hrefOf={useCallback((row: EntryRow) => hrefOf(row.key), [id])}
          selected={chosen}
          columns="minmax(0,1fr) minmax(0,1.6fr)"
          heads={[[noun === 'key' ? 'Key' : 'Item'], ['Value']]}
          render={(row) => <EntryLine row={row} />}
          empty={<NoEntries isLocal={isLocal} noun={noun} />}
        />
      </section>
      {chosen !== undefined && (
        <EntryView key={`${id} ${chosen}`} source={source} name={chosen} changed={changed} onChanged={reload} up={up} />
      )}
    </>
  )
}

function keyOf({ key }: EntryRow): string {
  return key
}

function EntryLine({ row }: { readonly row: EntryRow }): JSX.Element {
  return (
    <>
      <span class="cut mono">{row.key}</span>
      <span class="cut mono dim">{row.value === undefined ? 'large value' : preview(row.value)}</span>
    </>
  )
}

function NoEntries({ isLocal, noun }: { readonly isLocal: boolean; readonly noun: string }): JSX.Element {
  if (isLocal) return <Empty title={`No ${noun} here`} />
  return (
    <Empty title={`This engine does not list ${noun}s`}>
      <p>Type the name of one above and open it.</p>
    </Empty>
  )
}

/** Opens a key by its name, whether it exists or not. */
function AddKey({ source: { noun, hrefOf } }: { readonly source: EntrySource }): JSX.Element {
  const isOpen = useSignal(false)
  if (!isOpen.value) return <button onClick={() => (isOpen.value = true)}>Open {noun}…</button>
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault()
    const name = new FormData(event.currentTarget).get('name')
    isOpen.value = false
    if (typeof name === 'string' && name !== '') navigate(hrefOf(name))
  }
  return (
    <form class="row" onSubmit={submit}>
      <input name="name" aria-label={`Name of the ${noun}`} autofocus />
      <button>Open</button>
    </form>
  )
}

interface EntryViewProps {
  readonly source: EntrySource
  readonly name: string
  readonly changed: ReadonlySignal<number>
  readonly onChanged: () => void
  readonly up: string
}

function EntryView({ source, name, changed, onChanged, up }: EntryViewProps): JSX.Element {
  const { get, set, remove, inspection, place } = source
  const { value, error, reload } = useQuery(
    `${inspection} get ${JSON.stringify(place)} ${name}`,
    async () => ({ stored: await get(name) }),
    changed,
  )
  const canChange = useCanChange()
  const edited = useSignal<string | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const close = useCallback(() => navigate(up), [up])
  useKey('Escape', close)
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
      edited.value = undefined
      problem.value = undefined
      reload()
      onChanged()
    } catch (thrown) {
      problem.value = thrown instanceof Error ? thrown.message : String(thrown)
    }
  }
  return (
    <article class="detail" aria-label="Value">
      <Head title={name} onClose={close} />
      {error !== undefined && <Problem error={error} />}
      {problem.value !== undefined && <Problem error={problem.value} />}
      {edited.value !== undefined ? (
        <Editing
          text={edited.value}
          onText={(text) => (edited.value = text)}
          onCancel={() => (edited.value = undefined)}
          onSave={(next) => void act(() => set(name, next))}
        />
      ) : (
        value !== undefined && (
          <>
            {canChange && (
              <div class="row flow">
                <button class="primary" onClick={() => (edited.value = pretty(value.stored ?? {}))}>
                  {isAbsent(value.stored) ? 'Create' : 'Edit'}
                </button>
                {!isAbsent(value.stored) && (
                  <ConfirmButton label="Delete" question="Delete it" onConfirm={() => void act(() => remove(name))} />
                )}
              </div>
            )}
            <a href={`/traces?q=${encodeURIComponent(pairsOf(source.tracesOf(name)))}`}>
              Traces that read or changed it
            </a>
            <Stored value={value.stored} />
          </>
        )
      )}
    </article>
  )
}

function Stored({ value }: { readonly value: unknown }): JSX.Element {
  return isAbsent(value) ? <p class="dim">There is no value.</p> : <Json value={value} label="Value" />
}

/** A search of traces by attributes. */
function pairsOf(attributes: Readonly<Record<string, string>>): string {
  const quoted = (value: string): string => (/\s/.test(value) ? `"${value}"` : value)
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(' ')
}

function isAbsent(stored: unknown): boolean {
  return stored === null || stored === undefined
}

function Head({ title, onClose }: { readonly title: ComponentChildren; readonly onClose: () => void }): JSX.Element {
  return (
    <div class="row spread">
      <h2 class="mono wrap">{title}</h2>
      <button class="plain" onClick={onClose}>
        Close <kbd>Esc</kbd>
      </button>
    </div>
  )
}

interface EditingProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onSave: (value: unknown) => void
  readonly onCancel: () => void
}

function Editing({ text, onText, onSave, onCancel }: EditingProps): JSX.Element {
  const parsed = parseText(text)
  const isValid = parsed.error === undefined && parsed.value !== undefined
  return (
    <>
      <JsonEditor label="Value as JSON" text={text} onText={onText} rows={10} />
      <div class="row">
        <button class="primary" disabled={!isValid} onClick={() => onSave(parsed.value)}>
          Save
        </button>
        <button class="plain" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </>
  )
}
