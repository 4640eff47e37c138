/** JSON Schemas of the `http` trigger type, as the engine lists them. */
const TEXT_MAP = { type: 'object', additionalProperties: { type: 'string' } }

function channelRef(direction: 'read' | 'write'): object {
  return {
    type: 'object',
    properties: {
      channel_id: { type: 'string' },
      access_key: { type: 'string' },
      direction: { type: 'string', const: direction },
    },
    required: ['channel_id', 'access_key', 'direction'],
  }
}

/** Schema of the config of a binding. */
export const CONFIGURATION_SCHEMA = {
  type: 'object',
  properties: {
    api_path: { type: 'string', description: 'Path; segments that start with `:` are parameters' },
    http_method: {
      type: 'string',
      description: 'GET, POST, PUT, DELETE, PATCH, HEAD or OPTIONS, in any letter case',
      default: 'GET',
    },
    condition_function_id: { type: 'string', description: 'Function that may refuse a request by returning false' },
    middleware_function_ids: {
      type: 'array',
      items: { type: 'string' },
      description: 'Functions that see a request before the handler, in order',
    },
  },
  required: ['api_path'],
}

/** Schema of the payload that a bound function receives. */
export const REQUEST_SCHEMA = {
  type: 'object',
  properties: {
    method: { type: 'string' },
    path: { type: 'string', description: 'The path as registered' },
    path_params: TEXT_MAP,
    query_params: TEXT_MAP,
    headers: TEXT_MAP,
    body: { description: 'The value of a JSON body; null for any other' },
    trigger: {
      type: 'object',
      properties: { type: { type: 'string' }, path: { type: 'string' }, method: { type: 'string' } },
    },
    request_body: channelRef('read'),
    response: channelRef('write'),
  },
}
