/**
 * Decides what a WebSocket is for by the path it asks for: a worker, telemetry only, or one end of a channel.
 */
import type { UpgradeRequest } from '../transport/ws-accept.js'
import type { Transport, TransportEvents } from '../transport/transport.js'
import { CHANNEL_PATH, openChannelEnd } from './channel-sockets.js'
import { openSession, type SessionParts } from './session.js'
import { isTelemetry } from './telemetry-prefix.js'

export function openDoorway(parts: SessionParts): (request: UpgradeRequest) => void {
  return (request) => {
    if (request.path === '/') {
      request.accept((transport) =>
        openSession(parts, { transport, remoteAddress: addressOf(request), access: undefined }),
      )
    } else if (request.path === '/otel') request.accept((transport) => telemetryOnly(parts, transport))
    else if (request.path.startsWith(CHANNEL_PATH)) openChannelEnd(parts.channels, request)
    else request.refuse(404, '')
  }
}

/** Takes telemetry and nothing else: no greeting, no answers. */
function telemetryOnly(parts: SessionParts, _transport: Transport): TransportEvents {
  return {
    open: () => undefined,
    text: () => undefined,
    binary: (frame) => {
      if (isTelemetry(frame)) parts.takeTelemetry(frame, undefined)
    },
    activity: () => undefined,
    drained: () => undefined,
    close: () => undefined,
  }
}

function addressOf({ remoteAddress }: UpgradeRequest): string | undefined {
  return remoteAddress === '' ? undefined : remoteAddress
}
