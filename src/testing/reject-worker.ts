/** Refuses a worker or one of its functions as the engine does if another worker owns the name. */
import { ErrorCode, RuntimeError } from '../errors.js'
import { engineCodec } from '../wire/protocol/engine-codec.js'
import { systemRandom } from '../std/random.js'
import { describe } from '../std/text/describe.js'
import type { Rejection } from './test-engine.js'
import type { WorkerLinks, WorkerTarget } from './worker-links.js'

const CODES: readonly Rejection[] = [ErrorCode.WORKER_NAMESPACE_CONFLICT, ErrorCode.FUNCTION_NAMESPACE_CONFLICT]

/** Sends the refusal; a refused worker is closed as well. */
export function rejectWorker(
  links: WorkerLinks,
  worker: WorkerTarget,
  { code = ErrorCode.WORKER_NAMESPACE_CONFLICT, functionId }: { code?: Rejection | undefined; functionId?: string },
): void {
  if (!CODES.includes(code)) throw invalid(`code must be ${CODES.join(' or ')}, got ${describe(code)}`)
  const isFunction = code === ErrorCode.FUNCTION_NAMESPACE_CONFLICT
  if (isFunction !== (functionId !== undefined)) {
    throw invalid('functionId goes with FUNCTION_NAMESPACE_CONFLICT, and only with it')
  }
  const { name, namespace } = links.find(worker)
  const link = links.linkOf(worker)
  const owner = { namespace, owner_worker_id: systemRandom.uuid() }
  const subject = isFunction ? { function_id: functionId } : { worker_name: name }
  link.send(engineCodec.encode({ type: 'registrationrejected', code, ...owner, ...subject }))
  if (!isFunction) link.close()
}

function invalid(text: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}
