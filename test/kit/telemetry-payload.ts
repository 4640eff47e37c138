/** Splits a telemetry frame into its prefix and its payload. */
export function telemetryPayload(frame: Uint8Array): { readonly prefix: string; readonly payload: unknown } {
  const bytes = Buffer.from(frame)
  return { prefix: bytes.toString('latin1', 0, 4), payload: JSON.parse(bytes.toString('utf8', 4)) as unknown }
}
