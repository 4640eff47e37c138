/** Queues and topics with stored delivery: waiting jobs, dead letters with their errors, and redriving them. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { call, connection, engine, tick, useCanChange, useQuery, useTitle } from '../engine/engine.js'
import type { DeadLetter, LetterOrigin, QueueRow } from '../engine/rows.js'
import { withoutCaller } from '../engine/span-facts.js'
import { Ago, ConfirmButton, Empty, Id, Panel, Problem, Search, searched, Top } from '../parts/basics.js'
import { bytes, plural, preview } from '../parts/format.js'
import { Json, parseText, pretty } from '../parts/json/json.js'
import { JsonEditor } from '../parts/json/json-editor.js'
import { useKey } from '../parts/keys.js'
import { gridOf, List } from '../parts/list.js'
import { address, navigate, to } from '../parts/router.js'

export function QueuesPage(): JSX.Element {
  const name = address.value.path[1]
  useTitle(name ?? 'Queues')
  const { value, error } = useQuery('queues', engine.queues, tick)
  const wanted = searched()
  const rows = (value ?? []).filter((row) => row.name.toLowerCase().includes(wanted))
  return (
    <div class={name === undefined ? 'body' : 'body split'}>
      <section class={name === undefined ? 'list' : 'list narrow'} aria-label="Queues">
        <Top title="Queues" count={rows.length}>
          <Search label="Name" />
        </Top>
        {error !== undefined && <Problem error={error} />}
        <List
          label="List of queues"
          rows={rows}
          idOf={(row) => row.name}
          hrefOf={useCallback((row: QueueRow) => to('queues', row.name), [])}
          selected={name}
          columns={name === undefined ? 'minmax(0,1fr) 80px 72px 72px 96px' : 'minmax(0,1fr) 56px 56px'}
          heads={
            name === undefined
              ? [['Name'], ['Kind', 'wide'], ['Depth', 'num'], ['Running', 'num wide'], ['Dead letters', 'num']]
              : [['Name'], ['Depth', 'num'], ['Dead', 'num']]
          }
          narrow="minmax(0,1fr) 56px 56px"
          render={(row) => <QueueLine row={row} isWide={name === undefined} />}
          empty={value === undefined ? null : <Empty title="No queue fits the search" />}
        />
      </section>
      {name !== undefined && <QueueView key={name} name={name} row={value?.find((one) => one.name === name)} />}
    </div>
  )
}

function QueueLine({ row, isWide }: { readonly row: QueueRow; readonly isWide: boolean }): JSX.Element {
  return (
    <>
      <span class="cut mono">{row.name}</span>
      {isWide && <span class="dim wide">{row.kind}</span>}
      <span class="num">{row.depth}</span>
      {isWide && <span class="num wide">{row.running ?? '–'}</span>}
      <span class={row.dead > 0 ? 'num red' : 'num dim'}>{row.dead}</span>
    </>
  )
}

function QueueView({ name, row }: { readonly name: string; readonly row: QueueRow | undefined }): JSX.Element {
  const letters = useQuery(`dead ${name}`, () => engine.deadLetters(name), tick)
  const origins = useQuery(`origins ${name}`, () => engine.origins(name), tick).value ?? []
  const opened = useSignal<string | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const canChange = useCanChange()
  const close = useCallback(() => navigate('/queues'), [])
  useKey('Escape', close)
  const act = (work: Promise<unknown>): void => {
    problem.value = undefined
    work
      .catch((error: unknown) => (problem.value = error instanceof Error ? error.message : String(error)))
      .finally(letters.reload)
  }
  const rows = letters.value ?? []
  const [first] = rows
  const chosen = opened.value ?? first?.id
  return (
    <article class="detail" aria-label="Queue">
      <div class="row spread">
        <h2 class="mono wrap">{name}</h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      {row !== undefined && <Figures row={row} />}
      {letters.error !== undefined && <Problem error={letters.error} />}
      {problem.value !== undefined && <Problem error={problem.value} />}
      <Panel
        title={letters.value === undefined ? 'Dead letters' : plural(rows.length, 'dead letter')}
        actions={
          canChange &&
          rows.length > 0 && (
            <ConfirmButton
              label="Redrive all"
              question={`Put ${plural(rows.length, 'job')} back`}
              onConfirm={() => act(call('iii::queue::redrive', { queue: name }))}
            />
          )
        }
      >
        {letters.value?.length === 0 && <p class="line dim">Every job succeeded, or still has attempts.</p>}
        {rows.map((letter) => (
          <Letter
            key={letter.id}
            queue={name}
            letter={letter}
            origin={origins.find(({ id }) => id === letter.id)}
            isOpen={letter.id === chosen}
            onOpen={() => (opened.value = letter.id === chosen ? '' : letter.id)}
            act={act}
          />
        ))}
      </Panel>
    </article>
  )
}

function Figures({ row }: { readonly row: QueueRow }): JSX.Element {
  const { max_retries: attempts, concurrency, backoff_ms: backoff, type } = row.config ?? {}
  return (
    <dl class="facts">
      <dt>Depth</dt>
      <dd>
        {plural(row.depth, 'job')}
        {row.running === undefined ? '' : `, ${String(row.running)} running`}
      </dd>
      {row.consumers !== undefined && (
        <>
          <dt>Subscribers</dt>
          <dd>{row.consumers}</dd>
        </>
      )}
      {row.config !== undefined && (
        <>
          <dt>Settings</dt>
          <dd>
            {String(type)}, {plural(Number(attempts), 'attempt')}, {String(concurrency)} at once, {String(backoff)} ms
            backoff
          </dd>
        </>
      )}
    </dl>
  )
}

interface LetterProps {
  readonly queue: string
  readonly letter: DeadLetter
  readonly origin: LetterOrigin | undefined
  readonly isOpen: boolean
  readonly onOpen: () => void
  readonly act: (work: Promise<unknown>) => void
}

function Letter(props: LetterProps): JSX.Element {
  const { letter, origin, isOpen, onOpen } = props
  return (
    <div>
      <button
        class="line unfold"
        style={gridOf('12px minmax(0,1fr) minmax(0,1.4fr) 72px', '12px minmax(0,1fr) minmax(0,1fr)')}
        aria-expanded={isOpen}
        onClick={onOpen}
      >
        <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
        <span class="cut mono row">{origin?.function_id ?? letter.id}</span>
        <span class="cut red">{letter.error}</span>
        <span class="num dim wide">
          <Ago ms={letter.failed_at * 1_000} />
        </span>
      </button>
      {isOpen && <OpenLetter {...props} />}
    </div>
  )
}

function OpenLetter({ queue, letter, origin, act }: LetterProps): JSX.Element {
  const canChange = useCanChange()
  const edited = useSignal<string | undefined>(undefined)
  const one = { queue, message_id: letter.id }
  const traceId = origin?.traceparent?.split('-')[1]
  const canEdit = origin?.kind === 'queue'
  return (
    <div class="inside stack" style={{ padding: '8px 12px 16px 36px' }}>
      <div class="failure">{letter.error}</div>
      <div class="row flow dim">
        <span>{plural(letter.retries, 'attempt')}</span>
        <span>{bytes(letter.size_bytes)}</span>
        <span>
          Job <Id id={letter.id} />
        </span>
        {origin !== undefined && <a href={to('functions', origin.function_id)}>{origin.function_id}</a>}
        {traceId !== undefined && <a href={to('traces', traceId)}>Trace</a>}
      </div>
      {edited.value === undefined ? (
        <Json value={withoutCaller(letter.payload)} label="Payload" />
      ) : (
        <PayloadEditor origin={origin} text={edited.value} onText={(text) => (edited.value = text)} />
      )}
      {canChange && (
        <div class="row flow">
          {edited.value === undefined && (
            <button class="primary" onClick={() => act(call('iii::queue::redrive_message', one))}>
              Redrive
            </button>
          )}
          {edited.value === undefined && canEdit && (
            <button onClick={() => (edited.value = pretty(withoutCaller(letter.payload)))}>Edit payload</button>
          )}
          {edited.value !== undefined && origin !== undefined && (
            <SendEdited
              text={edited.value}
              onSend={(data) => act(sendEdited(one, origin, data))}
              onCancel={() => (edited.value = undefined)}
            />
          )}
          <ConfirmButton
            label="Discard"
            question={`Discard ${preview(letter.id, 8)} for good`}
            onConfirm={() => act(call('iii::queue::discard_message', one))}
          />
        </div>
      )}
    </div>
  )
}

/** Knows the schema of the function that the job is for. */
function PayloadEditor({
  origin,
  text,
  onText,
}: {
  readonly origin: LetterOrigin | undefined
  readonly text: string
  readonly onText: (text: string) => void
}): JSX.Element {
  const id = origin?.function_id ?? ''
  const { changes } = connection
  const detail = useQuery(`function ${id}`, () => engine.function(id), changes['engine::functions-available']).value
  return <JsonEditor label="Edited payload" text={text} onText={onText} schema={detail?.request_schema} />
}

function SendEdited({
  text,
  onSend,
  onCancel,
}: {
  readonly text: string
  readonly onSend: (data: unknown) => void
  readonly onCancel: () => void
}): JSX.Element {
  const parsed = parseText(text)
  return (
    <>
      <button class="primary" disabled={parsed.error !== undefined} onClick={() => onSend(parsed.value)}>
        Enqueue edited, discard original
      </button>
      <button class="plain" onClick={onCancel}>
        Cancel
      </button>
    </>
  )
}

/** The original is discarded only once the edited job is stored. */
async function sendEdited(
  one: { queue: string; message_id: string },
  origin: LetterOrigin,
  data: unknown,
): Promise<void> {
  const { function_id, namespace, traceparent } = origin
  await call(function_id, data, { action: { type: 'enqueue', queue: one.queue }, namespace, traceparent })
  await call('iii::queue::discard_message', one)
}
