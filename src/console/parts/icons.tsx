/** Icons as lines in a square of 16. */
import type { JSX } from 'preact'

const PATHS = {
  overview: 'M2 9.5h3l2-5 2.5 8L12 9.5h2',
  functions: 'M6 13V5.5A2.5 2.5 0 0 1 10.5 4M4 8h5.5',
  traces: 'M2 4h7M5 8h6M8 12h6',
  logs: 'M3 4h10M3 8h10M3 12h6',
  queues: 'M2.5 4.5h11v7h-11zM6 4.5v7M9.5 4.5v7',
  runs: 'M3 3.5h3v3H3zM10 9.5h3v3h-3zM6 5h5.5v4.5M3 11h4',
  state: 'M3 4.5C3 3 13 3 13 4.5v7C13 13 3 13 3 11.5zM3 8c0 1.5 10 1.5 10 0M3 4.5C3 6 13 6 13 4.5',
  streams: 'M2 5c2-2 4 2 6 0s4 2 6 0M2 11c2-2 4 2 6 0s4 2 6 0',
  triggers: 'M9 2 4 9h4l-1 5 5-7H8z',
  workers: 'M4 4h8v8H4zM6.5 4V2M9.5 4V2M6.5 14v-2M9.5 14v-2M4 6.5H2M4 9.5H2M14 6.5h-2M14 9.5h-2',
  channels: 'M2 5.5h12M2 10.5h12M5 8h6M9 6l2 2-2 2',
  metrics: 'M2.5 13.5v-11M2.5 13.5h11M5 10.5 8 7l2.5 2L13.5 4',
  flow: 'M2 3h4v3H2zM10 3h4v3h-4zM6 10h4v3H6zM6 4.5h4M4 6l3 4M12 6l-3 4',
  keys: 'M2.5 4.5h11v7h-11zM5 7h.01M8 7h.01M11 7h.01M5.5 9.5h5',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
