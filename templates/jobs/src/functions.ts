/** The functions of the worker, and the triggers that run them. */
import { BuiltinTrigger, TriggerAction, type III } from 'iii-node'

export interface Mail {
  readonly to: string
  readonly text: string
}

interface Request {
  readonly body: { readonly to?: unknown; readonly text?: unknown } | null
}

interface DeadLetters {
  readonly redriven: number
}

/** Replace it with your mail service. If it rejects, the queue calls it again. */
export async function sendMail({ to, text }: Mail): Promise<void> {
  console.log(`mail to ${to}: ${text}`)
}

export function registerFunctions(worker: III, send = sendMail): void {
  // A job may run twice, for example after a crash. Make it idempotent.
  worker.registerFunction('mail::send', (mail: Mail) => send(mail))

  worker.registerFunction('mail::accept', async ({ body }: Request) => {
    const { to, text } = body ?? {}
    if (typeof to !== 'string' || typeof text !== 'string')
      return { status_code: 400, body: { error: 'Send {"to": "…", "text": "…"}' } }
    // The receipt means that the job is stored. `mail` and its retries are declared in iii.config.yaml.
    const action = TriggerAction.Enqueue({ queue: 'mail' })
    const { messageReceiptId } = await worker.trigger({ function_id: 'mail::send', payload: { to, text }, action })
    return { status_code: 202, body: { job: messageReceiptId } }
  })
  worker.registerTrigger(BuiltinTrigger.http('mail::accept', { api_path: '/mails', http_method: 'POST' }))

  // Jobs whose last attempt failed are dead letters. This function runs them again each night.
  worker.registerFunction('mail::redrive', async () => {
    const payload = { queue: 'mail' }
    const { redriven } = await worker.trigger<object, DeadLetters>({ function_id: 'iii::queue::redrive', payload })
    console.log(`mails that are sent again: ${String(redriven)}`)
  })
  // Second, minute, hour, day, month, weekday, in UTC: each day at 3.
  worker.registerTrigger(BuiltinTrigger.cron('mail::redrive', { expression: '0 0 3 * * *' }))
}
