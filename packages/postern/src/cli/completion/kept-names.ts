/** @module The names of what is kept, asked of the server that runs; none where that takes long, or cannot be. */

import { openRunningApi } from '../open-api.ts'

/** Where the names of each kind are. */
const LISTS = {
  connection: { path: '/v1/connections', list: 'connections', member: 'name' },
  feed: { path: '/v1/feeds', list: 'feeds', member: 'name' },
  sink: { path: '/v1/sinks', list: 'sinks', member: 'name' },
  action: { path: '/v1/actions', list: 'actions', member: 'name' },
  'access-key': { path: '/v1/access-keys', list: 'accessKeys', member: 'id' },
  plan: { path: '/v1/plans', list: 'plans', member: 'id' },
  domain: { path: '/v1/domains', list: 'domains', member: 'host' },
} as const

/** A kind of thing that is kept under a name. */
export type KeptKind = keyof typeof LISTS

// Nobody waits longer for a key that was pressed.
const WITHIN_MS = 800

/** Whether a word of a definition stands for something that is kept. */
export function isKeptKind(kind: string): kind is KeptKind {
  return Object.hasOwn(LISTS, kind)
}

/**
 * Gives the names of a kind. An embedded store that nobody has open is left alone: whoever opens it keeps all others out.
 *
 * @param data - `--data`, as it was typed.
 */
export async function readKeptNames(
  kind: KeptKind,
  data: string | undefined,
): Promise<readonly string[]> {
  const { path, list, member } = LISTS[kind]
  try {
    const flags = data === undefined ? {} : { data }
    const api = await openRunningApi(flags, AbortSignal.timeout(WITHIN_MS))
    const answer = await api?.call<Answer>('GET', path)
    const names = (answer?.[list] ?? []).map((item) => item[member])
    return names.filter((name) => typeof name === 'string')
  } catch {
    return []
  }
}

type Answer = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
