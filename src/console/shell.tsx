/** The frame around all pages: the rail, the state of the connection, and the page of the address. */
import type { ComponentType, JSX } from 'preact'
import { connection, engine, info, isPaused, useQuery } from './engine/engine.js'
import { failures } from './engine/recent.js'
import { tick } from './engine/engine.js'
import { Empty, Top } from './parts/basics.js'
import { Icon, type IconName } from './parts/icons.js'
import { overlay } from './parts/keys.js'
import { Overlay } from './parts/palette.js'
import { lazyPage } from './parts/lazy-page.js'
import { address } from './parts/router.js'
import type * as LaterPages from './pages/later.js'
import { OverviewPage } from './pages/overview.js'
import { StatePage } from './pages/state.js'
import { WorkersPage } from './pages/workers.js'

interface PageEntry {
  readonly path: string
  readonly title: string
  readonly icon: IconName
  readonly page: ComponentType
}

/** A page of `later.ts`, whose code is loaded when one of them is first shown. */
function later(name: keyof typeof LaterPages): ComponentType {
  return lazyPage(async () => (await import('./pages/later.js'))[name])
}

const PAGES: readonly PageEntry[] = [
  { path: '', title: 'Overview', icon: 'overview', page: OverviewPage },
  { path: 'functions', title: 'Functions', icon: 'functions', page: later('FunctionsPage') },
  { path: 'traces', title: 'Traces', icon: 'traces', page: later('TracesPage') },
  { path: 'logs', title: 'Logs', icon: 'logs', page: later('LogsPage') },
  { path: 'queues', title: 'Queues', icon: 'queues', page: later('QueuesPage') },
  { path: 'runs', title: 'Runs', icon: 'runs', page: later('RunsPage') },
  { path: 'state', title: 'State', icon: 'state', page: StatePage },
  { path: 'streams', title: 'Streams', icon: 'streams', page: later('StreamsPage') },
  { path: 'triggers', title: 'Triggers', icon: 'triggers', page: later('TriggersPage') },
  { path: 'channels', title: 'Channels', icon: 'channels', page: later('ChannelsPage') },
  { path: 'workers', title: 'Workers', icon: 'workers', page: WorkersPage },
  { path: 'metrics', title: 'Metrics', icon: 'metrics', page: later('MetricsPage') },
  { path: 'flow', title: 'Flow', icon: 'flow', page: later('FlowPage') },
]

export function Shell(): JSX.Element {
  const [first = ''] = address.value.path
  const entry = PAGES.find(({ path }) => path === first)
  const Page = entry?.page ?? NoPage
  return (
    <div class="shell">
      <Rail current={first} />
      <main class="view">
        <h1 class="hidden">{entry?.title ?? 'Not found'}</h1>
        <Banner />
        {connection.state.value.kind === 'refused' ? <Refused /> : <Page key={first} />}
      </main>
      <Overlay />
    </div>
  )
}

function Rail({ current }: { readonly current: string }): JSX.Element {
  const dead = useQuery('queues', engine.queues, tick).value?.reduce((sum, queue) => sum + queue.dead, 0) ?? 0
  const counts: Readonly<Record<string, number>> = { '': failures.value.length, queues: dead }
  return (
    <nav class="rail" aria-label="Pages">
      {PAGES.map(({ path, title, icon }) => (
        <a key={path} href={`/${path}`} title={title} aria-current={path === current ? 'page' : undefined}>
          <Icon name={icon} />
          <span class="label">{title}</span>
          <Badge count={counts[path] ?? 0} what={path === '' ? 'failed in the last 5 minutes' : 'dead letters'} />
          <span class="hidden">{title}</span>
        </a>
      ))}
      <a class="foot" href="#keys" title="Keys (?)" onClick={showKeys}>
        <Icon name="keys" />
        <span class="label">Keys</span>
        <span class="hidden">Keys</span>
      </a>
    </nav>
  )
}

function showKeys(event: Event): void {
  event.preventDefault()
  overlay.value = 'keys'
}

function Badge({ count, what }: { readonly count: number; readonly what: string }): JSX.Element | null {
  if (count === 0) return null
  return (
    <span class="badge" title={`${String(count)} ${what}`}>
      {count > 99 ? '99+' : count}
      <span class="hidden"> {what}</span>
    </span>
  )
}

function Banner(): JSX.Element | null {
  const state = connection.state.value
  if (state.kind === 'lost') {
    return (
      <div class="banner bad" role="status">
        <span class="grow">
          The engine is not reachable{state.reason === '' ? '' : `: ${state.reason}`}. The console tries again every
          second.
        </span>
        <button onClick={() => connection.retry()}>Try now</button>
      </div>
    )
  }
  if (isPaused.value) {
    return (
      <div class="banner" role="status">
        <span class="grow">Live updates are paused.</span>
        <button onClick={() => (isPaused.value = false)}>Resume</button>
      </div>
    )
  }
  if (info.value?.readOnly !== true) return null
  return <div class="banner">This console is read-only.</div>
}

function Refused(): JSX.Element {
  return (
    <Empty title="This address has no valid token">
      <p>Open the address that the command printed when it started. It ends in a token that changes with each start.</p>
      <pre class="code">{'  console  http://127.0.0.1:3113/#token=…'}</pre>
    </Empty>
  )
}

function NoPage(): JSX.Element {
  return (
    <>
      <Top title="Not found" />
      <Empty title="There is no such page">
        <a href="/">Overview</a>
      </Empty>
    </>
  )
}
