/** @module Where the console is: the part of the address behind /console, as links and the Back button change it. */

import { useSyncExternalStore } from 'react'

/** A place in the console. */
export interface Place {
  /** Begins with `/`; `/` alone is the first view. */
  readonly path: string
  readonly query: URLSearchParams
}

// A file of our own: the known small routers have licences that are not shipped here, or are larger than all of this.
const ROOT = '/console'
const CHANGED = 'postern:place'

/** The place, kept up to date. */
export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search)
  const [path = '', query = ''] = address.split('?')
  return { path: path.slice(ROOT.length) || '/', query: new URLSearchParams(query) }
}

/** Goes to a place. @param options.replace - so that Back does not come here again. */
export function goTo(to: string, { replace = false } = {}): void {
  const address = addressOf(to)
  if (address === location.pathname + location.search) return
  if (replace) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  dispatchEvent(new Event(CHANGED))
}

/** What a link to a place has as its `href`. */
export function addressOf(to: string): string {
  return `${ROOT}${to}`
}

/** The secret of a sign-in link, which stands behind the `#` and leaves the address by being taken. */
export function takeLink(): string | undefined {
  const link = location.hash.slice(1)
  if (!/^[\w-]+\.[\w-]+$/.test(link)) return undefined
  history.replaceState(null, '', location.pathname + location.search)
  return link
}

function subscribe(onChange: () => void): () => void {
  addEventListener('popstate', onChange)
  addEventListener(CHANGED, onChange)
  return () => {
    removeEventListener('popstate', onChange)
    removeEventListener(CHANGED, onChange)
  }
}
