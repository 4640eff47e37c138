/** Declares what `state::*` and `stream::*` share: the operations of an update, and the result of a change. */
import {
  accepting,
  any,
  described,
  integer,
  list,
  named,
  object,
  omittable,
  oneOf,
  optional,
  string,
  union,
} from './schema.js'

const mergePath = named('MergePath', union([string(), list(string())]))
const deepPath = optional(described(mergePath, 'One literal key, or the keys from the root inwards; absent: the root'))
const key = string('One literal key; empty: the whole value')
const step = integer('int64', 'The step')

/** One operation. A test compares it with `parseUpdateOps`, which explains what is wrong with an invalid one. */
export const updateOp = named(
  'UpdateOp',
  union(
    [
      object({ type: oneOf(['set']), path: key, value: optional(any()) }, 'Replaces the value at a key'),
      object({ type: oneOf(['merge']), path: deepPath, value: any() }, 'Adds the members of an object'),
      object({ type: oneOf(['increment']), path: key, by: step }, 'Adds to a number'),
      object({ type: oneOf(['decrement']), path: key, by: step }, 'Subtracts from a number'),
      object({ type: oneOf(['append']), path: deepPath, value: any() }, 'Appends to a list or a string'),
      object({ type: oneOf(['remove']), path: key }, 'Removes a key'),
    ],
    'oneOf',
  ),
)

/** The member `ops`; `parseUpdateOps` parses its content. */
export const updateOps = accepting(list(any()), list(updateOp, 'Operations, applied in order'))

const updateOpError = named(
  'UpdateOpError',
  object({
    op_index: integer('uint', 'The position of the operation'),
    code: string(),
    message: string(),
    doc_url: optional(string('A page about the error')),
  }),
)

const change = {
  old_value: optional(any('The value before; null if there was none')),
  new_value: any('The value after'),
}

/** The result of setting a value. */
export const changeResult = object(change)

/** The result of an update. */
export const updateResult = object({
  ...change,
  errors: omittable(list(updateOpError, 'Operations that were skipped; absent if there were none')),
})
