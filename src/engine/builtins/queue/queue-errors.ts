/** Errors of the queue, one code each. */
import { InvocationError } from '../../../errors.js'

export type QueueErrorCode =
  | 'topic_not_set'
  | 'topic_required'
  | 'queue_not_set'
  | 'message_id_not_set'
  | 'queue_not_found'
  | 'queue_full'
  | 'queue_not_running'
  | 'queue_journal_failed'
  | 'message_group_missing'
  | 'duplicate_message'
  | 'redrive_failed'
  | 'redrive_message_failed'
  | 'discard_message_failed'

export function queueError(code: QueueErrorCode, message: string, options?: ErrorOptions): InvocationError {
  return new InvocationError({ code, message }, options)
}
