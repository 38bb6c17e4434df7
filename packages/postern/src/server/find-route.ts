/** @module Which route a request leads to, where it is answered past Hono. */

import type { Route, ServedRoute } from './api.ts'

/** A route, and what the parameters of its path stand for, as they came. */
export interface FoundRoute {
  readonly served: ServedRoute
  readonly params: Readonly<Record<string, string>>
}

interface Matcher {
  readonly served: ServedRoute
  readonly pattern: RegExp
}

const LAST_PARAMETER = /\/\{(\w+)\}$/

/**
 * Finds direct and piped routes by the target of a request as it came; undefined where there is none. What is meant for a
 * direct route and written in another way, with an escape or a query, is for Hono to take apart.
 */
export function routeFinder(
  routes: readonly ServedRoute[],
): (method: string, target: string) => FoundRoute | undefined {
  const past = routes.filter(({ route }) => route.isDirect || route.isPiped)
  const [piped] = past.filter(({ route }) => route.isPiped).map(matcherOf)
  const byMethod = Map.groupBy(past.map(matcherOf), ({ served }) => served.route.method)
  return (method, target) => {
    const matchers = byMethod.get(method.toLowerCase() as Route['method']) ?? []
    for (const matcher of matchers) {
      const found = match(matcher, target)
      if (found !== undefined) return found
    }
    return piped && match(piped, target)
  }
}

function matcherOf(served: ServedRoute): Matcher {
  const { path, isPiped } = served.route
  const pattern = isPiped
    ? named(path.replace(LAST_PARAMETER, '')) + path.replace(/^.*\/\{(\w+)\}$/, '(?<$1>.*)')
    : named(path)
  return { served, pattern: new RegExp(`^${pattern}$`) }
}

function named(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, '(?<$1>[\\w.-]+)')
}

function match({ served, pattern }: Matcher, target: string): FoundRoute | undefined {
  const params = pattern.exec(target)?.groups
  return params && { served, params }
}
