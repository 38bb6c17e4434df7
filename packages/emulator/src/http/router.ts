/** @module From method and path to a route, or to what Okta's gateway says where there is none. */

import { TrieRouter } from 'hono/router/trie-router'
import type { Route } from './route.ts'

/** What a look-up found. Params are decoded. */
export type Found =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | 'no-such-path'
  | 'no-such-method'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const

/** The routes of an org. */
export class Router {
  readonly #router = new TrieRouter<Route>()

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      this.#router.add(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), route)
    }
  }

  /** Looks a path up, which is still percent-encoded. A slash at its end means nothing. */
  find(method: string, path: string): Found {
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
    const found = this.#match(method, trimmed)
    if (found !== undefined) return found
    const known = METHODS.some((other) => this.#match(other, trimmed) !== undefined)
    return known ? 'no-such-method' : 'no-such-path'
  }

  #match(method: string, path: string): Exclude<Found, string> | undefined {
    const [matches] = this.#router.match(method, path)
    const [match] = matches
    if (match === undefined) return undefined
    const [route, raw] = match
    const params = Object.entries(raw as Record<string, string>).map(([name, value]) => [
      name,
      decode(value),
    ])
    if (params.some(([, value]) => value === undefined)) return undefined
    return { route, params: Object.fromEntries(params) as Record<string, string> }
  }
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
