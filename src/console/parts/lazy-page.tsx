/** Pages that are loaded when they are first opened, so that the first page of the console stays small. */
import { signal } from '@preact/signals'
import type { ComponentType, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { Empty } from './basics.js'

/** A page whose code is loaded when it is first shown. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  const loaded = signal<ComponentType>()
  return function LazyPage(): JSX.Element {
    useEffect(() => {
      if (loaded.value !== undefined) return
      load().then(
        (page) => (loaded.value = page),
        () => (loaded.value = NotLoaded),
      )
    }, [])
    const Page = loaded.value
    return Page === undefined ? <div aria-busy="true" /> : <Page />
  }
}

function NotLoaded(): JSX.Element {
  return <Empty title="This page could not be loaded.">The console may have been started again. Reload it.</Empty>
}
