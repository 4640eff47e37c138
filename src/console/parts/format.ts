/** Formats numbers, times and ids for people. */

/** Three significant digits, with the unit that fits. */
export function duration(ms: number): string {
  if (ms < 0.001) return '0 ms'
  if (ms < 1) return `${significant(ms * 1_000)} µs`
  if (ms < 1_000) return `${significant(ms)} ms`
  if (ms < 60_000) return `${significant(ms / 1_000)} s`
  if (ms < 3_600_000) return `${String(Math.floor(ms / 60_000))} min ${String(Math.round((ms % 60_000) / 1_000))} s`
  return `${String(Math.floor(ms / 3_600_000))} h ${String(Math.round((ms % 3_600_000) / 60_000))} min`
}

function significant(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** How long ago, in one unit. */
export function ago(thenMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - thenMs) / 1_000)
  if (seconds < 2) return 'now'
  if (seconds < 60) return `${String(seconds)} s ago`
  if (seconds < 3_600) return `${String(Math.floor(seconds / 60))} min ago`
  if (seconds < 86_400) return `${String(Math.floor(seconds / 3_600))} h ago`
  return `${String(Math.floor(seconds / 86_400))} d ago`
}

/** How long until, in one unit. */
export function until(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((thenMs - nowMs) / 1_000))
  if (seconds < 120) return `in ${String(seconds)} s`
  if (seconds < 7_200) return `in ${String(Math.round(seconds / 60))} min`
  return seconds < 172_800
    ? `in ${String(Math.round(seconds / 3_600))} h`
    : `in ${String(Math.round(seconds / 86_400))} d`
}

export function clockTime(ms: number): string {
  const at = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  const millis = String(at.getMilliseconds()).padStart(3, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${millis}`
}

export function fullTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** Cut in the middle. */
export function shortId(id: string): string {
  return id.length <= 13 ? id : `${id.slice(0, 6)}…${id.slice(-4)}`
}

/** Cut in the middle, for names of any length. */
export function shortText(text: string, characters: number): string {
  if (text.length <= characters) return text
  const half = Math.floor((characters - 1) / 2)
  return `${text.slice(0, characters - 1 - half)}…${text.slice(-half)}`
}

export function bytes(count: number): string {
  if (count < 1_024) return `${String(Math.round(count))} B`
  if (count < 1_048_576) return `${significant(count / 1_024)} KiB`
  return count < 1_073_741_824 ? `${significant(count / 1_048_576)} MiB` : `${significant(count / 1_073_741_824)} GiB`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`
}

/** A text as it is; any other value as JSON; nothing for nothing. */
export function plain(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value in one line, for lists. */
export function preview(value: unknown, characters = 160): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return ''
  return text.length > characters ? `${text.slice(0, characters)}…` : text
}
