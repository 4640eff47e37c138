/**
 * `iii-state`: stores values by scope and key, with functions that read and change them and a trigger type that fires
 * on changes. The store decides where values are kept.
 */
import type { Builtin, EngineHost } from '../builtin.js'
import { LargeUpdates } from '../../storage/large-updates.js'
import { defaultStoreLimits, openStore } from '../../storage/storage-config.js'
import { listEntries, type Store } from '../../storage/store.js'
import type { StateConfig } from './state-config.js'
import { stateFunctions } from './state-functions.js'
import { StateTriggers } from './state-triggers.js'
import { StateValues } from './state-values.js'

const NAME = 'iii-state'

/** Serves `state::*` and the trigger type `state`. */
export function createStateBuiltin(host: EngineHost, config: StateConfig): Builtin {
  const { storage, triggersEnabled, maxValueBytes = defaultStoreLimits.maxValueBytes } = config
  const triggers = new StateTriggers(host)
  let store: Store | undefined
  let values: StateValues | undefined
  return {
    name: NAME,
    description: 'Stores values by scope and key, and reports their changes',
    functions: stateFunctions(() => values),
    triggerTypes: [triggers.type],
    inspections: {
      'state::entries': ({ scope, search }) => listEntries(store, String(scope), search),
    },
    async start() {
      const limits = { ...defaultStoreLimits, maxValueBytes, counters: host.counters }
      store = await openStore(storage, limits, { builtin: NAME, host })
      values = new StateValues(store, new LargeUpdates(host.lane), (change, trace) => {
        if (triggersEnabled) triggers.fire(change, trace)
      })
    },
    async stop() {
      values = undefined
      triggers.stop()
      await store?.close()
    },
  }
}
