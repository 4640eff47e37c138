/** Decides which frames of a browser a read-only console passes on. It refuses calls that may change something. */
import { DEFAULT_NAMESPACE } from '../wire/protocol/names.js'
import type { WorkerMessage } from '../wire/protocol/messages.js'

/** Functions that only read. */
const READING =
  /^(engine::(functions|workers|triggers|registered-triggers|traces|logs|metrics|rollups|alerts)::(list|info|tree|group_by)|engine::(health::check|queue::(list_topics|topic_stats|dlq_topics|dlq_messages))|state::(get|list|list_groups)|stream::(get|list|list_groups|list_all)|configuration::(list|schema))$/

/** In another namespace, a worker may serve a function of such a name. */
function readsOnly({ function_id: id, namespace = DEFAULT_NAMESPACE }: Named): boolean {
  return namespace === DEFAULT_NAMESPACE && READING.test(id)
}

interface Named {
  readonly function_id: string
  readonly namespace?: string | undefined
}

/** A member of a configuration that names a function, which the engine calls for each event. */
const NAMES_FUNCTION = /function_?ids?":/i

/** Trigger types that report what happened. */
const REPORTING = ['log', 'trace', 'state', 'stream', 'engine::functions-available', 'engine::workers-available']

/** Whether a frame changes nothing but the connection of the console itself. */
export function changesNothing(message: WorkerMessage | { readonly type: 'invalid' | 'blank' }): boolean {
  switch (message.type) {
    case 'invokefunction':
      return message.action === undefined && readsOnly(message)
    case 'registerfunction':
      return message.id.startsWith('console::') && message.invocation === undefined
    case 'registertrigger':
      return (
        message.function_id.startsWith('console::') &&
        REPORTING.includes(message.trigger_type) &&
        !NAMES_FUNCTION.test(JSON.stringify(message.config))
      )
    case 'ping':
    case 'pong':
    case 'invocationresult':
    case 'unregisterfunction':
    case 'unregistertrigger':
      return true
    case 'reattach':
    case 'registerservice':
    case 'registertriggertype':
    case 'unregistertriggertype':
    case 'triggerregistrationresult':
    case 'invalid':
    case 'blank':
    default:
      return false
  }
}
