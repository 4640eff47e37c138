/** A reference to one end of a channel, as it travels in payloads. */
export type ChannelRef = {
  readonly channel_id: string
  readonly access_key: string
  readonly direction: 'read' | 'write'
}
