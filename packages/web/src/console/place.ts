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

/** A path with values in the place of its `:names`. */
export function pathOf(pattern: string, values: Readonly<Record<string, string>> = {}): string {
  return pattern.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
}

/** The values that a path has in the place of the `:names` of a pattern; undefined where it is another path. */
export function matchPath(
  pattern: string,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/')
  const given = path.replace(/(?<=.)\/$/, '').split('/')
  if (wanted.length !== given.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? ''
    if (part.startsWith(':')) values[part.slice(1)] = decode(text)
    else if (part !== text) return undefined
  }
  return values
}

/** A path with a query, without what is blank. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

/** The secret of a sign-in link, which stands behind the `#` and leaves the address by being taken. */
export function takeLink(): string | undefined {
  const link = location.hash.slice(1)
  if (!/^[\w-]+\.[\w-]+$/.test(link)) return undefined
  history.replaceState(null, '', location.pathname + location.search)
  return link
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function subscribe(onChange: () => void): () => void {
  addEventListener('popstate', onChange)
  addEventListener(CHANGED, onChange)
  return () => {
    removeEventListener('popstate', onChange)
    removeEventListener(CHANGED, onChange)
  }
}
