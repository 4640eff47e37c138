/** Streams: their groups, the items of a group, and values that can be edited. */
import { useComputed, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { call, connection, engine, tick, useChanges, useQuery, useTitle } from '../engine/engine.js'
import { Empty, PauseButton, Problem, Search, searched, Top } from '../parts/basics.js'
import { EntryBrowser, type EntrySource } from '../parts/json/entry-browser.js'
import { List } from '../parts/list.js'
import { address, to } from '../parts/router.js'

export function StreamsPage(): JSX.Element {
  const [, stream, group, item] = address.value.path
  useTitle(stream ?? 'Streams')
  if (stream === undefined || group === undefined) return <Groups />
  return <Items stream={stream} group={group} chosen={item} />
}

function Items({ stream, group, chosen }: GroupRow & { readonly chosen: string | undefined }): JSX.Element {
  const changed = useChanges('stream', { stream_name: stream, group_id: group })
  return (
    <div class={chosen === undefined ? 'body' : 'body split'}>
      <EntryBrowser source={sourceOf(stream, group)} chosen={chosen} changed={changed} />
    </div>
  )
}

function sourceOf(stream_name: string, group_id: string): EntrySource {
  const place = { stream_name, group_id }
  return {
    title: `${stream_name} / ${group_id}`,
    noun: 'item',
    inspection: 'stream::entries',
    place,
    hrefOf: (item) => to('streams', stream_name, group_id, item),
    up: to('streams', stream_name, group_id),
    tracesOf: (item_id) => ({
      'iii.stream.name': stream_name,
      'iii.stream.group_id': group_id,
      'iii.stream.item_id': item_id,
    }),
    get: (item_id) => call('stream::get', { ...place, item_id }),
    set: (item_id, data) => call('stream::set', { ...place, item_id, data }),
    remove: (item_id) => call('stream::delete', { ...place, item_id }),
  }
}

interface GroupRow {
  readonly stream: string
  readonly group: string
}

/** Streams whose changes the list follows. */
const MAX_FOLLOWED = 50

/**
 * Engines report the changes of a stream that is named, so the list follows each stream it has. A new one is found by the
 * trace of the call that created it, or else by reading the list again.
 */
function Groups(): JSX.Element {
  const names = useSignal<readonly string[]>([])
  const changed = useChanges('stream', ...names.value.map((stream_name) => ({ stream_name })))
  const due = useComputed(() => changed.value + connection.changes.trace.value + tick.value)
  const { value, error } = useQuery('streams', engine.streams, due)
  useEffect(() => {
    const ids = (value ?? []).slice(0, MAX_FOLLOWED).map(({ id }) => id)
    if (ids.join('\n') !== names.peek().join('\n')) names.value = ids
  }, [value])
  const wanted = searched()
  const rows = (value ?? [])
    .flatMap(({ id, groups }) => groups.map((group): GroupRow => ({ stream: id, group })))
    .filter(({ stream, group }) => `${stream} ${group}`.toLowerCase().includes(wanted))
  return (
    <div class="body">
      <section class="list" aria-label="Streams">
        <Top title="Streams" count={rows.length}>
          <Search label="Stream or group" />
          <PauseButton />
        </Top>
        {error !== undefined && <Problem error={error} />}
        <List
          label="List of groups"
          rows={rows}
          idOf={({ stream, group }) => JSON.stringify([stream, group])}
          hrefOf={hrefOf}
          columns="minmax(0,1fr) minmax(0,1fr)"
          heads={[['Stream'], ['Group']]}
          render={({ stream, group }) => (
            <>
              <span class="cut mono">{stream}</span>
              <span class="cut mono dim">{group}</span>
            </>
          )}
          empty={value === undefined ? null : <NoStreams />}
        />
      </section>
    </div>
  )
}

function hrefOf({ stream, group }: GroupRow): string {
  return to('streams', stream, group)
}

function NoStreams(): JSX.Element {
  return (
    <Empty title="No stream has items">
      <p>Set an item in a handler, or from a terminal:</p>
      <pre class="code">
        {
          'npx iii-node call stream::set \'{"stream_name":"chat","group_id":"room","item_id":"1","data":{"text":"hi"}}\''
        }
      </pre>
    </Empty>
  )
}
