import { expect, test } from 'vitest'
import { BuiltinTrigger, type DiagnosticEvent } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

/** What a worker with these schedules reports about weekdays. */
async function reported(...expressions: string[]): Promise<string[]> {
  const engine = await testEngine({ ports: false })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  worker.registerFunction('run', () => null)
  for (const expression of expressions) worker.registerTrigger(BuiltinTrigger.cron('run', { expression }))
  await worker.ready({ allowRefused: true })
  return events.flatMap((event) => (event.kind === 'cron_weekday_number' ? [event.expression] : []))
}

test.each(['0 0 9 * * 1', '0 0 9 * * 2-6', '0 0 9 * * MON,6', ' 0 0  9 * * 1-5/2 2030'])(
  'a weekday given as a number is reported: %s',
  async (expression) => {
    expect(await reported(expression)).toEqual([expression])
  },
)

test.each(['0 0 9 * * *', '0 0 9 1 1 ?', '0 0 9 * * MON-FRI', '0 0 9 * * */2', '@weekly', '0 9 * * 1'])(
  'a schedule without a weekday in numbers is not reported: %s',
  async (expression) => {
    expect(await reported(expression)).toEqual([])
  },
)

test('a worker reports weekdays in numbers once', async () => {
  expect(await reported('0 0 9 * * 1', '0 0 9 * * 2')).toEqual(['0 0 9 * * 1'])
})
