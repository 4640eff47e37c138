import { once } from 'node:events'
import process from 'node:process'
import { afterEach, expect, test, vi } from 'vitest'
import {
  installSignalHandlers,
  type SignalHandlerOptions,
} from '../../../../../src/sdk/worker/lifecycle/signal-handlers.js'
import type { ShutdownReport } from '../../../../../src/sdk/worker/lifecycle/shutdown.js'
import { deferred } from '../../../../../src/std/async/deferred.js'
import { runCode } from '../../../../kit/compiled-project.js'

const REPORT: ShutdownReport = { drained: 0, abandoned: 0, droppedTelemetry: 0 }
let dispose = (): void => undefined

afterEach(() => {
  dispose()
})

function install(options: SignalHandlerOptions = {}) {
  const ended = deferred<ShutdownReport>()
  const shutdownAsync = vi.fn(() => ended.promise)
  dispose = installSignalHandlers({ shutdownAsync }, options)
  return { shutdownAsync, ended }
}

test('the first signal drains the worker once, and the handlers are removed afterwards', async () => {
  const before = process.listenerCount('SIGTERM')
  const onShutdown = vi.fn()
  const { shutdownAsync, ended } = install({ drainTimeoutMs: 500, onShutdown })
  expect(process.listenerCount('SIGTERM')).toBe(before + 1)
  process.emit('SIGTERM', 'SIGTERM')
  expect(shutdownAsync).toHaveBeenCalledExactlyOnceWith({ drainTimeoutMs: 500 })
  ended.resolve(REPORT)
  await vi.waitFor(() => expect(process.listenerCount('SIGTERM')).toBe(before))
  expect(onShutdown).toHaveBeenCalledExactlyOnceWith(REPORT)
})

test('a second signal exits with the exit code of the signal', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('exited')
  })
  const { shutdownAsync } = install()
  process.emit('SIGINT', 'SIGINT')
  expect(exit).not.toHaveBeenCalled()
  expect(() => process.emit('SIGTERM', 'SIGTERM')).toThrow('exited')
  expect(exit).toHaveBeenCalledExactlyOnceWith(143)
  expect(shutdownAsync).toHaveBeenCalledOnce()
})

test('after disposal, signals have their default effect', () => {
  const before = process.listenerCount('SIGUSR2')
  install({ signals: ['SIGUSR2'] })
  expect(process.listenerCount('SIGUSR2')).toBe(before + 1)
  dispose()
  expect(process.listenerCount('SIGUSR2')).toBe(before)
})

test('an error thrown by the callback is a warning and does not end the process', async () => {
  const warned = once(process, 'warning')
  const { ended } = install({
    onShutdown: () => {
      throw new Error('callback broke')
    },
  })
  process.emit('SIGTERM', 'SIGTERM')
  ended.resolve(REPORT)
  expect(String((await warned)[0])).toContain('callback broke')
})

test('an idle process exits after the signal', async () => {
  const script = `
    import { registerWorker, installSignalHandlers } from 'iii-node'
    const worker = registerWorker('ws://127.0.0.1:9', { diagnostics: 'silent', otel: { enabled: false } })
    installSignalHandlers(worker, { onShutdown: () => console.log('over') })
    console.log('up')
  `
  const child = runCode('idle-process', script)
  await child.says(/^up$/m)
  expect(await child.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(child.stdout).toBe('up\nover\n')
})

test('in a worker thread a single warning reports that signals do not arrive', async () => {
  vi.doMock('node:worker_threads', () => ({ isMainThread: false }))
  vi.resetModules()
  const inThread = await import('../../../../../src/sdk/worker/lifecycle/signal-handlers.js')
  vi.doUnmock('node:worker_threads')
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  for (let count = 0; count < 2; count += 1) inThread.installSignalHandlers({ shutdownAsync: async () => REPORT })()
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('do not arrive in worker threads'))
})
