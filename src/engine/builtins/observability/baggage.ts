/**
 * `engine::baggage::*`: reads the baggage of the current call, for diagnosis. A changed entry lasts only for that call.
 */
import type { BuiltinFunction } from '../builtin.js'
import { builtinFunction } from '../../declare/function.js'
import { boolean, map, object, optional, string } from '../../declare/schema.js'

export function createBaggageFunctions(): readonly BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'engine::baggage::get',
      description: 'Reads one entry of the baggage of this call',
      input: object({ key: string() }),
      output: object({ value: optional(string()) }),
      call: ({ key }, { baggage }) => ({ value: entriesOf(baggage).get(key) ?? null }),
    }),
    builtinFunction({
      id: 'engine::baggage::set',
      description: 'Accepts an entry, which is dropped at the end of this call',
      input: object({ key: string(), value: string() }),
      output: object({ success: boolean(), note: string('What became of the entry') }),
      call: () => ({ success: true, note: 'The entry is dropped at the end of this call' }),
    }),
    builtinFunction({
      id: 'engine::baggage::get_all',
      description: 'Reads the baggage of this call',
      input: object({}),
      output: object({ baggage: map(string()) }),
      call: (_input, { baggage }) => ({ baggage: Object.fromEntries(entriesOf(baggage)) }),
    }),
  ]
}

/** Entries of a W3C baggage header, without their properties. */
function entriesOf(baggage: string | undefined): ReadonlyMap<string, string> {
  const pairs = (baggage ?? '').split(',').flatMap((member) => {
    const [entry = ''] = member.split(';', 1)
    const equals = entry.indexOf('=')
    return equals < 0 ? [] : [[entry.slice(0, equals).trim(), decode(entry.slice(equals + 1).trim())] as const]
  })
  return new Map(pairs)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
