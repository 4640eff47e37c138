/** A form for the payload of a function, made from its JSON Schema. What a form cannot show is edited as JSON. */
import type { JSX } from 'preact'
import { isRecord } from '../../../wire/protocol/validate.js'
import { plain } from '../format.js'
import { parseText, pretty } from './json.js'
import { JsonEditor } from './json-editor.js'
import { useSignal } from '@preact/signals'

type Schema = Readonly<Record<string, unknown>>

export interface FieldProps {
  readonly schema: Schema
  readonly value: unknown
  readonly onValue: (value: unknown) => void
  /** The path of the member, which identifies the field. */
  readonly path: string
}

/** Whether a schema describes an object whose members fit a form. */
export function hasForm(schema: unknown): schema is Schema {
  return isRecord(schema) && isRecord(schema['properties']) && Object.keys(schema['properties']).length > 0
}

/** A first value for a schema: its defaults, and the required members. */
export function exampleOf(schema: unknown): unknown {
  if (!isRecord(schema)) return {}
  if (schema['default'] !== undefined) return schema['default']
  if (Array.isArray(schema['examples'])) return schema['examples'][0]
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  switch (typeOf(schema)) {
    case 'object':
      return exampleObject(schema)
    case 'array':
      return []
    case 'string':
      return ''
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0
    case 'boolean':
      return false
    default:
      return schema['const'] ?? {}
  }
}

function exampleObject(schema: Schema): Record<string, unknown> {
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, member]) =>
      required.includes(name) || (isRecord(member) && member['default'] !== undefined)
        ? [[name, exampleOf(member)]]
        : [],
    ),
  )
}

function typeOf(schema: Schema): string {
  const { type } = schema
  if (Array.isArray(type)) return String(type.find((one) => one !== 'null'))
  if (typeof type === 'string') return type
  return isRecord(schema['properties']) ? 'object' : ''
}

/** The fields of an object. */
export function SchemaForm({ schema, value, onValue, path }: FieldProps): JSX.Element {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const object = isRecord(value) ? value : {}
  const change = (name: string, member: unknown): void => {
    const { [name]: _, ...rest } = object
    // Members keep the order of the schema.
    const next = member === undefined ? rest : { ...object, [name]: member }
    onValue(next)
  }
  return (
    <div class="form">
      {Object.entries(properties).map(([name, member]) => (
        <Field
          key={name}
          name={name}
          isRequired={required.includes(name)}
          schema={isRecord(member) ? member : {}}
          value={object[name]}
          onValue={(next) => change(name, next)}
          path={`${path}.${name}`}
        />
      ))}
    </div>
  )
}

interface NamedFieldProps extends FieldProps {
  readonly name: string
  readonly isRequired: boolean
}

function Field({ name, isRequired, ...field }: NamedFieldProps): JSX.Element {
  const { schema, path } = field
  const { description, minimum, maximum } = schema
  const range = typeof minimum === 'number' || typeof maximum === 'number' ? ` ${plain(minimum)}…${plain(maximum)}` : ''
  return (
    <div class="field">
      <label for={path}>
        <span class="mono">{name}</span>
        {isRequired && (
          <span class="red" title="required">
            {' '}
            *
          </span>
        )}
        <span class="dimmer"> {typeOf(schema) + range}</span>
      </label>
      <Input {...field} />
      {typeof description === 'string' && <span class="hint">{description}</span>}
    </div>
  )
}

function Input(props: FieldProps): JSX.Element {
  const { schema, value, onValue, path } = props
  if (Array.isArray(schema['enum'])) return <Choice {...props} options={schema['enum']} />
  switch (typeOf(schema)) {
    case 'string':
      return (
        <input
          id={path}
          value={typeof value === 'string' ? value : ''}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )
    case 'number':
    case 'integer':
      return (
        <input
          id={path}
          type="number"
          step={typeOf(schema) === 'integer' ? 1 : 'any'}
          value={typeof value === 'number' ? value : ''}
          onInput={({ currentTarget: { value: text } }) => onValue(text === '' ? undefined : Number(text))}
        />
      )
    case 'boolean':
      return (
        <span class="row">
          <input
            id={path}
            type="checkbox"
            checked={value === true}
            onInput={(event) => onValue(event.currentTarget.checked)}
          />
        </span>
      )
    case 'object':
      if (!hasForm(schema)) return <JsonField {...props} />
      return (
        <fieldset id={path}>
          <SchemaForm {...props} />
        </fieldset>
      )
    default:
      return <JsonField {...props} />
  }
}

function Choice({ value, onValue, path, options }: FieldProps & { readonly options: readonly unknown[] }): JSX.Element {
  const at = options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value))
  return (
    <select id={path} value={String(at)} onChange={(event) => onValue(options[Number(event.currentTarget.value)])}>
      <option value="-1">–</option>
      {options.map((option, index) => (
        <option key={index} value={String(index)}>
          {String(option)}
        </option>
      ))}
    </select>
  )
}

/** Keeps the text while it is not JSON yet. */
function JsonField({ value, onValue, path }: FieldProps): JSX.Element {
  const text = useSignal(pretty(value))
  const take = (next: string): void => {
    text.value = next
    const parsed = parseText(next)
    if (parsed.error === undefined) onValue(parsed.value)
  }
  return (
    <div id={path}>
      <JsonEditor label={path} text={text.value} onText={take} rows={2} />
    </div>
  )
}
