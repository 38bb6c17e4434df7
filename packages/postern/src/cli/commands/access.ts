/** @module `postern access`: the access keys that callers of the API present. */

import { PosternError } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import { parseDuration } from '../duration.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData, showPlain, tell } from '../output.ts'
import { type AccessRule, formatRule, parseRule } from './access-rule.ts'

/** An access key as the API shows it. */
interface AccessKey {
  readonly id: string
  readonly name: string
  readonly rules: readonly AccessRule[]
  readonly createdAt: string
  readonly expiresAt?: string
  readonly lastUsedAt?: string
  readonly revokedAt?: string
  readonly previousUntil?: string
}

/** One that was made just now. */
interface NewAccessKey extends AccessKey {
  readonly text: string
}

const ROUTE = '/v1/access-keys'

/** Makes an access key and prints it, which nothing does again. */
export async function addAccessKey(
  flags: { readonly name: string; readonly allow: readonly string[]; readonly expires?: string },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, expires } = flags
  const expiresAt = expires === undefined ? undefined : parseExpiry(expires)
  const body = { name, rules: flags.allow.map(parseRule), expiresAt }
  await using api = await openApi(options, signal)
  await printNewKey(await api.call<NewAccessKey>('POST', ROUTE, body), options)
}

/** Prints every access key. */
export async function listAccessKeys(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const { accessKeys } = await api.call<{ accessKeys: readonly AccessKey[] }>('GET', ROUTE)
  await printList(accessKeys, {
    format: options.output,
    none: 'There is no access key. Make one with postern access add NAME --allow CONNECTION:VERB.',
    row: (key) => ({
      id: key.id,
      name: key.name,
      state: stateOf(key),
      rules: key.rules.map(formatRule).join(' '),
      lastUsedAt: key.lastUsedAt ?? 'never',
    }),
  })
}

/** Prints one access key. */
export async function showAccessKey(
  idOrName: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const key = await findKey(api, idOrName)
  await printData(key, { format: options.output, text: () => formatKey(key) })
}

/** Gives an access key a new secret and prints it. */
export async function rotateAccessKey(
  { key: idOrName, overlap }: { readonly key: string; readonly overlap?: string },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const overlapSeconds = overlap === undefined ? undefined : parseOverlap(overlap)
  await using api = await openApi(options, signal)
  const { id } = await findKey(api, idOrName)
  const key = await api.call<NewAccessKey>('POST', `${ROUTE}/${id}/rotate`, { overlapSeconds })
  await printNewKey(key, options)
}

/** Ends an access key. */
export async function revokeAccessKey(
  idOrName: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const { id, name } = await findKey(api, idOrName)
  await api.call('DELETE', `${ROUTE}/${id}`)
  tell(`The access key ${showPlain(name)} (${id}) is revoked.`)
}

type Api = Awaited<ReturnType<typeof openApi>>

/** The key of that id; or the one of that name which still is good, where there is one alone. */
async function findKey(api: Api, idOrName: string): Promise<AccessKey> {
  const { accessKeys } = await api.call<{ accessKeys: readonly AccessKey[] }>('GET', ROUTE)
  const byId = accessKeys.find(({ id }) => id === idOrName)
  if (byId !== undefined) return byId
  const named = accessKeys.filter(({ name, revokedAt }) => name === idOrName && !revokedAt)
  const [key, another] = named
  if (key !== undefined && another === undefined) return key
  const count = named.length === 0 ? 'no access key' : 'more than one access key'
  throw new PosternError('access_key_not_found', `There is ${count} of that id or name.`, {
    remedy: 'List them with postern access list, and give the id.',
  })
}

async function printNewKey(key: NewAccessKey, options: GlobalOptions): Promise<void> {
  await printData(key, { format: options.output, text: () => key.text })
  tell(`It is for ${key.rules.map(formatRule).join(' ')}, and not shown again (id ${key.id}).`)
  if (key.previousUntil !== undefined) tell(`The one before is good until ${key.previousUntil}.`)
}

function formatKey(key: AccessKey): string {
  return formatFields([
    ['Id', key.id],
    ['Name', showPlain(key.name)],
    ['State', stateOf(key)],
    ['Rules', key.rules.map(formatRule).join(' ')],
    ['Made', key.createdAt],
    ['Last used', key.lastUsedAt ?? 'never'],
  ])
}

function stateOf({ revokedAt, expiresAt }: AccessKey): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt}`
  if (expiresAt === undefined) return 'good'
  return Date.parse(expiresAt) <= Date.now() ? `expired ${expiresAt}` : `good until ${expiresAt}`
}

function parseExpiry(text: string): string {
  const lifeMs = parseDuration(text)
  const time = lifeMs === undefined ? new Date(text) : new Date(Date.now() + lifeMs)
  const isInstant = lifeMs !== undefined || /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d.*)?$/.test(text)
  if (isInstant && !Number.isNaN(time.getTime())) return time.toISOString()
  throw new UsageError('usage_invalid', 'The time of --expires cannot be read.', {
    remedy: 'Write --expires 2027-01-31, --expires 2027-01-31T08:00:00Z, or a life such as 90d.',
    details: { flag: '--expires' },
  })
}

function parseOverlap(text: string): number {
  const overlapMs = parseDuration(text)
  if (overlapMs !== undefined) return overlapMs / 1_000
  throw new UsageError('usage_invalid', 'The time of --overlap cannot be read.', {
    remedy: 'Write --overlap 1h, --overlap 15m, or --overlap 0s.',
    details: { flag: '--overlap' },
  })
}
