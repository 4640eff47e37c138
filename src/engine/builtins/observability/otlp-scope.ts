/**
 * The frame around spans, metrics and log records: each batch names the resource and the scope it comes from.
 */
import { attributeRecord, objectAt, objectsIn, textOf, type OtlpObject } from './otlp-value.js'

/** Items of one scope. */
export interface ScopedItems {
  readonly serviceName: string
  readonly resource: Readonly<Record<string, unknown>>
  readonly scope: { readonly instrumentation_scope_name?: string; readonly instrumentation_scope_version?: string }
  readonly items: readonly OtlpObject[]
}

/** Names of the members in which one kind of telemetry is nested. */
export interface Nesting {
  readonly resources: string
  readonly scopes: string
  readonly items: string
}

/**
 * Unfolds a frame.
 * @throws {TypeError} when it is no frame of this kind.
 */
export function* scopedItems(frame: OtlpObject, { resources, scopes, items }: Nesting): Iterable<ScopedItems> {
  if (!Array.isArray(frame[resources])) throw new TypeError(`the member \`${resources}\` is no list`)
  for (const resourceItem of objectsIn(frame[resources])) {
    const resource = attributeRecord(objectAt(resourceItem, 'resource')['attributes'])
    const serviceName = textOf(resource['service.name']) ?? 'unknown'
    for (const scopeItem of objectsIn(resourceItem[scopes])) {
      const { name, version } = objectAt(scopeItem, 'scope')
      const scopeName = textOf(name)
      const scopeVersion = textOf(version)
      const scope = {
        ...(scopeName === undefined ? {} : { instrumentation_scope_name: scopeName }),
        ...(scopeVersion === undefined ? {} : { instrumentation_scope_version: scopeVersion }),
      }
      yield { serviceName, resource, scope, items: objectsIn(scopeItem[items]) }
    }
  }
}
