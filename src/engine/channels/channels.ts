/** A reference to one end of a channel, in the form used in payloads. */
export type ChannelRef = {
  readonly channel_id: string
  readonly access_key: string
  readonly direction: 'read' | 'write'
}
