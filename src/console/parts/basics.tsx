/** Small parts that every page uses. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { systemClock } from '../../std/time/clock.js'
import { connection, isPaused, now } from '../engine/engine.js'
import type { SpanRow } from '../../wire/protocol/list-rows.js'
import { durationMs, startMs } from '../engine/span-facts.js'
import { ago, duration, fullTime, shortId } from './format.js'
import { address, setQuery } from './router.js'

type Children = { readonly children?: ComponentChildren }

/** The head of a page: its title, a number, and what acts on the page. */
export function Top({
  title,
  count,
  above,
  children,
}: Children & {
  readonly title: string
  readonly count?: number
  /** The list that this one is part of. */
  readonly above?: { readonly href: string; readonly title: string }
}): JSX.Element {
  return (
    <header class="top">
      {above !== undefined && (
        <>
          <a href={above.href}>{above.title}</a>
          <span class="dimmer">/</span>
        </>
      )}
      <h2 class="title">{title}</h2>
      {count !== undefined && <span class="count">{count.toLocaleString('en')}</span>}
      {children}
    </header>
  )
}

/** The search field of a page; its text is part of the address. */
export function Search({ label }: { readonly label: string }): JSX.Element {
  return (
    <input
      class="search"
      type="search"
      placeholder={`${label}  /`}
      aria-label={label}
      value={address.value.query.get('q') ?? ''}
      onInput={(event) => setQuery('q', event.currentTarget.value)}
    />
  )
}

/** What `Search` contains, in lower case. */
export function searched(): string {
  return (address.value.query.get('q') ?? '').trim().toLowerCase()
}

/** Holds live updates. */
export function PauseButton(): JSX.Element {
  return (
    <button aria-pressed={isPaused.value} onClick={() => (isPaused.value = !isPaused.value)}>
      {isPaused.value ? '▶ Resume' : '❚❚ Pause'}
    </button>
  )
}

export function Empty({ title, children }: Children & { readonly title: string }): JSX.Element {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  )
}

/** In place of what could not be loaded. While the engine is lost, the banner says so. */
export function Problem({ error }: { readonly error: string }): JSX.Element {
  const isLost = connection.state.value.kind !== 'open'
  return isLost ? (
    <Empty title="Waiting for the engine" />
  ) : (
    <div class="failure" role="alert">
      {error}
    </div>
  )
}

export function Status({ status }: { readonly status: string }): JSX.Element {
  return <span class={`dot ${status}`} role="img" aria-label={status === 'unset' ? 'no status' : status} />
}

/** An id, cut in the middle; a click copies it. */
export function Id({ id, whole = false }: { readonly id: string; readonly whole?: boolean }): JSX.Element {
  const isCopied = useSignal(false)
  const copy = (event: Event): void => {
    event.preventDefault()
    void copyText(id).then(() => {
      isCopied.value = true
      systemClock.after(1_200, () => (isCopied.value = false))
    })
  }
  return (
    <button class="id" title={`${id} (click to copy)`} onClick={copy}>
      {isCopied.value ? 'copied' : whole ? id : shortId(id)}
    </button>
  )
}

function copyText(text: string): Promise<void> {
  return navigator.clipboard.writeText(text)
}

export function CopyButton({
  text,
  label = 'Copy',
}: {
  readonly text: () => string
  readonly label?: string
}): JSX.Element {
  const isCopied = useSignal(false)
  const copy = (): void => {
    void copyText(text()).then(() => {
      isCopied.value = true
      systemClock.after(1_200, () => (isCopied.value = false))
    })
  }
  return (
    <button class="plain" onClick={copy}>
      {isCopied.value ? 'Copied' : label}
    </button>
  )
}

export function Ago({ ms }: { readonly ms: number }): JSX.Element {
  return <time title={fullTime(ms)}>{ago(ms, now.value)}</time>
}

export function Duration({ ms }: { readonly ms: number }): JSX.Element {
  return <span title={`${String(ms)} ms`}>{duration(ms)}</span>
}

/** How long a span took and when it began: the last two cells of its line. */
export function SpanTimes({ span }: { readonly span: SpanRow }): JSX.Element {
  return (
    <>
      <span class="num">
        <Duration ms={durationMs(span)} />
      </span>
      <span class="num dim wide">
        <Ago ms={startMs(span)} />
      </span>
    </>
  )
}

/** A button that asks once more before it acts. */
export function ConfirmButton({
  label,
  question,
  onConfirm,
}: {
  readonly label: string
  readonly question: string
  readonly onConfirm: () => void
}): JSX.Element {
  const isAsked = useSignal(false)
  if (!isAsked.value) return <button onClick={() => (isAsked.value = true)}>{label}</button>
  const confirm = (): void => {
    isAsked.value = false
    onConfirm()
  }
  return (
    <span class="row">
      <button class="danger" onClick={confirm}>
        {question}
      </button>
      <button class="plain" onClick={() => (isAsked.value = false)}>
        Keep
      </button>
    </span>
  )
}

export function Segments<T extends string>({
  label,
  options,
  value,
  onPick,
}: {
  readonly label: string
  readonly options: readonly (readonly [T, string])[]
  readonly value: T
  readonly onPick: (value: T) => void
}): JSX.Element {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([name, text]) => (
        <button key={name} aria-pressed={name === value} onClick={() => onPick(name)}>
          {text}
        </button>
      ))}
    </div>
  )
}

export function Tabs<T extends string>({
  label,
  tabs,
  value,
  onPick,
}: {
  readonly label: string
  readonly tabs: readonly (readonly [T, string])[]
  readonly value: T
  readonly onPick: (value: T) => void
}): JSX.Element {
  return (
    <div class="tabs" role="tablist" aria-label={label}>
      {tabs.map(([name, text]) => (
        <button key={name} role="tab" aria-selected={name === value} onClick={() => onPick(name)}>
          {text}
        </button>
      ))}
    </div>
  )
}

/** A box with a head. */
export function Panel({
  title,
  actions,
  children,
}: Children & {
  readonly title: ComponentChildren
  readonly actions?: ComponentChildren
}): JSX.Element {
  return (
    <section class="panel">
      <div class="bar">
        <h2 class="grow cut">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  )
}
