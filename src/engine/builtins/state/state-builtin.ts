/**
 * `iii-state`: stores values by scope and key, with functions that read and change them and a trigger type that fires
 * on changes. The store decides where values are kept.
 */
import type { EngineHost, LiveBuiltin } from '../builtin.js'
import { LargeUpdates } from '../../storage/large-updates.js'
import { defaultStoreLimits, openStore } from '../../storage/storage-config.js'
import { listEntries, type Store } from '../../storage/store.js'
import { connectFor, runElsewhere } from '../bridge/run-elsewhere.js'
import type { StateConfig } from './state-config.js'
import { stateFunctions } from './state-functions.js'
import { changeOf, StateTriggers } from './state-triggers.js'
import { StateValues } from './state-values.js'

const NAME = 'iii-state'
const DESCRIPTION = 'Stores values by scope and key, and reports their changes'

/** Serves `state::*` and the trigger type `state`. */
export function createStateBuiltin(host: EngineHost, config: StateConfig): LiveBuiltin<StateConfig> {
  const { storage } = config
  if (storage.kind === 'bridge') return createBridgedState(host, config, storage.url)
  let current = config
  const triggers = new StateTriggers(host)
  let store: Store | undefined
  let values: StateValues | undefined
  return {
    name: NAME,
    description: DESCRIPTION,
    functions: stateFunctions(() => values),
    triggerTypes: [triggers.type],
    inspections: {
      'state::entries': ({ scope, search }) => listEntries(store, String(scope), search),
    },
    reconfigure(settings) {
      current = settings
    },
    async start() {
      const limits = {
        ...defaultStoreLimits,
        counters: host.counters,
        get maxValueBytes() {
          return current.maxValueBytes ?? defaultStoreLimits.maxValueBytes
        },
      }
      store = await openStore(storage, limits, { builtin: NAME, host })
      values = new StateValues(store, new LargeUpdates(host.lane), (change, trace) => {
        if (current.triggersEnabled) triggers.fire(change, trace)
      })
    },
    async stop() {
      values = undefined
      triggers.stop()
      await store?.close()
    },
  }
}

/** State in another engine: functions run there, and triggers fire here for all its changes. */
function createBridgedState(host: EngineHost, config: StateConfig, url: string): LiveBuiltin<StateConfig> {
  let { triggersEnabled } = config
  const remote = connectFor(`${NAME}.adapter`, host, { url })
  const triggers = new StateTriggers(host)
  return {
    name: NAME,
    description: DESCRIPTION,
    functions: runElsewhere(
      stateFunctions(() => undefined),
      remote,
    ),
    triggerTypes: [triggers.type],
    reconfigure: (settings) => {
      triggersEnabled = settings.triggersEnabled
    },
    start() {
      remote.follow('state', {}, (event, trace) => {
        const change = changeOf(event)
        if (triggersEnabled && change !== undefined) triggers.fire(change, trace)
      })
      return Promise.resolve()
    },
    async stop() {
      triggers.stop()
      await remote.close()
    },
  }
}
