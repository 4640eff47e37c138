/**
 * Selects the handler of a WebSocket upgrade by its path: a worker, telemetry only, or one end of a channel. On a
 * guarded listener the first two must pass the auth function.
 */
import { IGNORE_EVENTS, type Transport, type TransportEvents } from '../../wire/transport/transport.js'
import type { UpgradeRequest } from '../../wire/transport/ws-accept.js'
import type { Access } from '../access/access.js'
import { CHANNEL_PATH, openChannelEnd } from '../channels/channel-sockets.js'
import { Guard } from '../access/guard.js'
import { FrameIntake } from './frame-intake.js'
import { ReceiveSide } from './receive-side.js'
import type { ListenerConfig } from '../config/listener-config.js'
import { handshakeHeaders } from '../quirks.js'
import { openSession } from './open-session.js'
import type { SessionParts } from './session-parts.js'
import { isTelemetry } from './telemetry-prefix.js'

/** Answers upgrade requests of one listener. */
export type UpgradeHandler = (request: UpgradeRequest) => void

export function upgradeHandler(
  parts: SessionParts,
  config: Pick<ListenerConfig, 'rbac' | 'middlewareFunctionId' | 'defaultDeny'>,
): UpgradeHandler {
  const isGuarded = config.rbac !== undefined || config.middlewareFunctionId !== undefined
  const guard = isGuarded ? new Guard(parts, config) : undefined
  return (request) => {
    const open = openerFor(parts, request)
    if (open === undefined) {
      if (request.path.startsWith(CHANNEL_PATH)) openChannelEnd(parts, request)
      else request.refuse(404, '')
      return
    }
    if (guard?.isFull === true) {
      parts.counters.refused.waitingClients += 1
      request.refuse(503, 'Too many clients wait for the auth function')
      return
    }
    request.accept((transport) => {
      const events = guard === undefined ? open(transport, undefined) : guard.let(request, transport, open)
      return parts.links.watch(transport, events)
    }, handshakeHeaders(parts.quirks))
  }
}

/** Opens the connection for a path, once its client is admitted. */
type Opener = (transport: Transport, access: Access | undefined) => TransportEvents

function openerFor(parts: SessionParts, request: UpgradeRequest): Opener | undefined {
  const remoteAddress = request.remoteAddress === '' ? undefined : request.remoteAddress
  if (request.path === '/') return (transport, access) => openSession(parts, { transport, access, remoteAddress })
  return request.path === '/otel' ? (transport) => telemetryOnly(parts, transport) : undefined
}

/** Handles telemetry only: sends no session info and no answers. */
function telemetryOnly(parts: SessionParts, transport: Transport): TransportEvents {
  const ignore = (): void => undefined
  const intake = new FrameIntake(parts, new ReceiveSide(parts, transport), {
    small: ignore,
    large: ignore,
    costly: ignore,
    binary: (frame) => parts.takeTelemetry(frame, undefined),
  })
  return {
    ...IGNORE_EVENTS,
    binary: (frame) => {
      if (isTelemetry(frame)) intake.take(frame)
    },
    close: () => intake.finish(),
    frameFailed: (error) => parts.log.error({ error }, 'A frame could not be handled'),
  }
}
