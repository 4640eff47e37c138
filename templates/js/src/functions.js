/** The functions of the worker, and the triggers that run them. */
import { BuiltinTrigger, TriggerAction } from 'iii-node'

/** Replace it with your mail service. If it rejects, the queue calls it again. */
export async function sendMail({ to, text }) {
  console.log(`mail to ${to}: ${text}`)
}

/** @param {import('iii-node').III} worker */
export function registerFunctions(worker, send = sendMail) {
  worker.registerFunction('mail::send', (mail) => send(mail))

  worker.registerFunction('mail::accept', async ({ body }) => {
    if (typeof body?.to !== 'string' || typeof body.text !== 'string')
      return { status_code: 400, body: { error: 'Send {"to": "…", "text": "…"}' } }
    // Answers at once; the queue `mail` runs the job, and retries it (iii.config.yaml).
    const action = TriggerAction.Enqueue({ queue: 'mail' })
    const { messageReceiptId } = await worker.trigger({ function_id: 'mail::send', payload: body, action })
    return { status_code: 202, body: { job: messageReceiptId } }
  })
  worker.registerTrigger(BuiltinTrigger.http('mail::accept', { api_path: '/mails', http_method: 'POST' }))

  worker.registerFunction('mail::greet', () => send({ to: 'team@example.com', text: 'Good morning' }))
  // Second, minute, hour, day, month, weekday, in UTC: each day at 6.
  worker.registerTrigger(BuiltinTrigger.cron('mail::greet', { expression: '0 0 6 * * *' }))
}
