/** One item of a channel: a text message or a chunk of bytes. */
export type ChannelItem = { type: 'text'; value: string } | { type: 'binary'; value: Uint8Array }
export const ChannelItem = {
  Text: (value: string): ChannelItem => ({ type: 'text', value }),
  Binary: (value: Uint8Array): ChannelItem => ({ type: 'binary', value }),
} as const
