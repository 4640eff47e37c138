/**
 * The one entry the engine adds to the baggage it passes on: which function is being called. W3C Baggage syntax.
 */
const KEY = 'iii.function.id'

/** Characters a baggage value holds as they are. Anything else is percent-encoded. */
const UNSAFE = /[^\u0021\u0023-\u0024\u0026-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]+/g

/** The baggage with the entry for this function, in place of an older one. */
export function withFunctionId(baggage: string | undefined, functionId: string): string {
  const entry = `${KEY}=${functionId.replace(UNSAFE, encode)}`
  if (baggage === undefined || baggage === '') return entry
  if (!baggage.includes(KEY)) return `${baggage},${entry}`
  const others = baggage.split(',').filter((member) => member.split('=', 1)[0]?.trim() !== KEY)
  return [...others, entry].join(',')
}

function encode(text: string): string {
  // A lone surrogate has no UTF-8 form; `toWellFormed` is newer than the oldest Node this runs on.
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'))
}
