/** `iii-node/fetch`: web-standard handlers behind HTTP triggers, and forms with files. */
export { serveFetch } from '../sdk/worker/fetch/serve-fetch.js'
export type { FetchApp, FetchWorker, ServedFetch, ServeFetchOptions } from '../sdk/worker/fetch/serve-fetch.js'
export { parseForm } from '../sdk/worker/fetch/parse-form.js'
export type { FormLimits, FormPart, FormRequest } from '../sdk/worker/fetch/parse-form.js'
