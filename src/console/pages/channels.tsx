/** Channels: the open ones, how many bytes passed and wait, and which end holds them up. */
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { engine, info, tick, useQuery, useTitle, connection } from '../engine/engine.js'
import type { ChannelRow } from '../engine/rows.js'
import type { WorkerRow } from '../../wire/protocol/list-rows.js'
import { Empty, Id, Problem, Search, searched, Top } from '../parts/basics.js'
import { bytes, duration, shortId } from '../parts/format.js'
import { useKey } from '../parts/keys.js'
import { List } from '../parts/list.js'
import { address, navigate, to } from '../parts/router.js'

/** What a channel waits for. */
interface Hold {
  readonly text: string
  readonly isBad: boolean
  readonly advice: string
}

export function ChannelsPage(): JSX.Element {
  const id = address.value.path[1]
  useTitle('Channels')
  const { value, error } = useQuery('channels', engine.channels, tick)
  const workers = useQuery('workers', engine.workers, connection.changes['engine::workers-available']).value ?? []
  const wanted = searched()
  const rows = (value ?? [])
    .filter((row) => `${row.id} ${ownerOf(row, workers)}`.toLowerCase().includes(wanted))
    .sort((a, b) => Number(b.is_held) - Number(a.is_held) || b.buffered_bytes - a.buffered_bytes)
  const chosen = rows.find((row) => row.id === id)
  return (
    <div class={chosen === undefined ? 'body' : 'body split'}>
      <section class="list" aria-label="Channels">
        <Top title="Channels" count={rows.length}>
          <Search label="Id or worker" />
        </Top>
        {error !== undefined && <Problem error={error} />}
        <List
          label="List of channels"
          rows={rows}
          idOf={(row) => row.id}
          hrefOf={hrefOf}
          selected={id}
          columns="minmax(0,110px) minmax(0,1fr) minmax(0,1.4fr) 84px 84px 72px"
          narrow="minmax(0,1fr) minmax(0,1.4fr) 72px"
          heads={[
            ['Channel'],
            ['Created by', 'wide'],
            ['Waits for'],
            ['Waiting', 'num'],
            ['Passed', 'num wide'],
            ['Age', 'num wide'],
          ]}
          render={(row) => <ChannelLine row={row} owner={ownerOf(row, workers)} />}
          empty={value === undefined ? null : <NoChannels />}
        />
      </section>
      {chosen !== undefined && <ChannelView row={chosen} owner={ownerOf(chosen, workers)} />}
    </div>
  )
}

function hrefOf({ id }: ChannelRow): string {
  return to('channels', id)
}

function ownerOf({ worker_id: id }: ChannelRow, workers: readonly WorkerRow[]): string {
  if (id === '') return 'the engine'
  return workers.find((worker) => worker.id === id)?.name ?? shortId(id)
}

/** The end that nothing passes without. */
function holdOf({ writer, reader, is_held: isHeld, buffered_bytes: waiting }: ChannelRow): Hold {
  if (writer === 'free' && reader === 'free')
    return {
      text: 'both ends',
      isBad: false,
      advice: 'Neither end has connected. A channel that stays like this is closed after 5 minutes.',
    }
  if (reader === 'free')
    return {
      text: 'the reader, which has not connected',
      isBad: isHeld,
      advice: 'Pass `readerRef` to the function that reads it.',
    }
  if (isHeld)
    return {
      text: 'the reader, which reads too slowly',
      isBad: true,
      advice: 'The buffer is full, so the writer is paused until the reader takes more.',
    }
  if (writer === 'free')
    return {
      text: 'the writer, which has not connected',
      isBad: false,
      advice: 'Pass `writerRef` to the function that writes it.',
    }
  if (waiting > 0) return { text: 'the reader', isBad: false, advice: 'Bytes wait, and the writer may go on.' }
  return {
    text: writer === 'done' ? 'nothing, the writer has ended' : 'the writer',
    isBad: false,
    advice: 'Everything that was written has been read.',
  }
}

function ChannelLine({ row, owner }: { readonly row: ChannelRow; readonly owner: string }): JSX.Element {
  const hold = holdOf(row)
  return (
    <>
      <span class="cut mono">{shortId(row.id)}</span>
      <span class="cut mono dim wide">{owner}</span>
      <span class={hold.isBad ? 'cut red' : 'cut dim'}>{hold.text}</span>
      <span class="num">{bytes(row.buffered_bytes)}</span>
      <span class="num dim wide">{bytes(row.total_bytes - row.buffered_bytes)}</span>
      <span class="num dim wide">{duration(row.age_ms)}</span>
    </>
  )
}

function NoChannels(): JSX.Element {
  if (info.value?.isLocal !== true) {
    return (
      <Empty title="This engine does not list channels">
        <p>Only an engine in the process of the console does, as `iii-node dev` and `iii-node engine` serve it.</p>
      </Empty>
    )
  }
  return (
    <Empty title="No channel is open">
      <p>A channel is listed while a worker or a streamed HTTP request uses it:</p>
      <pre class="code">{'const { writer, readerRef } = await worker.channels.create()'}</pre>
    </Empty>
  )
}

function ChannelView({ row, owner }: { readonly row: ChannelRow; readonly owner: string }): JSX.Element {
  const close = useCallback(() => navigate('/channels'), [])
  useKey('Escape', close)
  const hold = holdOf(row)
  return (
    <article class="detail" aria-label="Channel">
      <div class="row spread">
        <h2>
          Channel <Id id={row.id} />
        </h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <dl class="facts">
        <dt>Waits for</dt>
        <dd class={hold.isBad ? 'red' : ''}>{hold.text}</dd>
        <dt>Writer</dt>
        <dd>{endOf(row.writer, row.is_held ? ', paused' : '')}</dd>
        <dt>Reader</dt>
        <dd>{endOf(row.reader, '')}</dd>
        <dt>Waiting</dt>
        <dd>{bytes(row.buffered_bytes)}</dd>
        <dt>Passed</dt>
        <dd>{bytes(row.total_bytes - row.buffered_bytes)}</dd>
        <dt>Age</dt>
        <dd>{duration(row.age_ms)}</dd>
        <dt>Created by</dt>
        <dd class="mono">{owner}</dd>
      </dl>
      <p class="dim">{hold.advice}</p>
    </article>
  )
}

function endOf(state: string, more: string): string {
  if (state === 'free') return 'not connected yet'
  return state === 'connected' ? `connected${more}` : 'has ended'
}
