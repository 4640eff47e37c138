/**
 * WebSocket close codes (RFC 6455 §7.4.1) that this package sends or reads.
 */
export const CloseCode = {
  NORMAL: 1000,
  /** Never on the wire: the peer's close frame had no code. The engine always closes like this. */
  NO_STATUS: 1005,
  /** Never on the wire: the connection ended without a close frame. */
  ABNORMAL: 1006,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  TRY_AGAIN_LATER: 1013,
} as const
