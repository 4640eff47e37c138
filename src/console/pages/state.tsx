/** State: scopes, their keys, and values that can be edited. */
import type { JSX } from 'preact'
import { call, engine, useChanges, useQuery, useTitle } from '../engine/engine.js'
import { Empty, Problem, Search, searched, Top } from '../parts/basics.js'
import { EntryBrowser, type EntrySource } from '../parts/json/entry-browser.js'
import { List } from '../parts/list.js'
import { address, to } from '../parts/router.js'

export function StatePage(): JSX.Element {
  const [, scope, key] = address.value.path
  useTitle(scope ?? 'State')
  return scope === undefined ? <Scopes /> : <Keys scope={scope} chosen={key} />
}

function Keys({ scope, chosen }: { readonly scope: string; readonly chosen: string | undefined }): JSX.Element {
  const changed = useChanges('state', { scope })
  return (
    <div class={chosen === undefined ? 'body' : 'body split'}>
      <EntryBrowser source={sourceOf(scope)} chosen={chosen} changed={changed} />
    </div>
  )
}

function sourceOf(scope: string): EntrySource {
  return {
    title: scope,
    noun: 'key',
    inspection: 'state::entries',
    place: { scope },
    hrefOf: (key) => to('state', scope, key),
    up: to('state', scope),
    tracesOf: (key) => ({ 'iii.state.scope': scope, 'iii.state.key': key }),
    get: (key) => call('state::get', { scope, key }),
    set: (key, value) => call('state::set', { scope, key, value }),
    remove: (key) => call('state::delete', { scope, key }),
  }
}

function Scopes(): JSX.Element {
  const { value, error } = useQuery('scopes', engine.scopes, useChanges('state', {}))
  const wanted = searched()
  const scopes = (value ?? []).filter((scope) => scope.toLowerCase().includes(wanted))
  return (
    <div class="body">
      <section class="list" aria-label="State">
        <Top title="State" count={scopes.length}>
          <Search label="Scope" />
        </Top>
        {error !== undefined && <Problem error={error} />}
        <List
          label="List of scopes"
          rows={scopes}
          idOf={(scope) => scope}
          hrefOf={hrefOf}
          columns="minmax(0,1fr)"
          heads={[['Scope']]}
          render={(scope) => <span class="cut mono">{scope}</span>}
          empty={value === undefined ? null : <NoState />}
        />
      </section>
    </div>
  )
}

function hrefOf(scope: string): string {
  return to('state', scope)
}

function NoState(): JSX.Element {
  return (
    <Empty title="No state is stored">
      <p>Store a value in a handler, or from a terminal:</p>
      <pre class="code">{'npx iii-node call state::set \'{"scope":"orders","key":"1","value":{"sku":"tea"}}\''}</pre>
    </Empty>
  )
}
