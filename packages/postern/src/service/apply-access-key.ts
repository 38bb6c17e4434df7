/** @module Makes an access key what a configuration file declares. */

import { isDeepStrictEqual } from 'node:util'
import { PosternError } from '@postern/core'
import type { DeclaredAccessKey } from '../config/file/declared.ts'
import { type ReferenceSources, readReference } from '../config/file/reference.ts'
import type { AccessKeys, AccessKeyView } from '../server/access-keys.ts'
import { listAudit } from '../store/list-audit.ts'
import type { Store } from '../store/store.ts'
import { type Applied, byConfig } from './applied.ts'

/** What can keep an access key from being what a file declares. */
type AccessKeyConflictCode =
  | 'access_key_ambiguous'
  | 'access_key_foreign'
  | 'access_key_revoked'
  | 'access_key_expired'
  | 'access_key_unseen'

class AccessKeyConflict extends PosternError<AccessKeyConflictCode> {
  override readonly name = 'AccessKeyConflict'
}

// Who makes access keys on this machine.
const OPERATORS = [byConfig.actor, 'local']

/** What {@link applyAccessKey} works with. */
export interface ApplyAccessKeyContext {
  readonly store: Store
  readonly accessKeys: AccessKeys
  readonly now: Date
  /** Whether somebody sees a text that is shown. */
  readonly isAttended: boolean
  readonly sources: ReferenceSources
}

/**
 * Adds the access key, or gives it the rules and the end that the file names. One that the file gives no text is found by
 * its name, and made where there is none; one that somebody made over the API is not taken for it.
 *
 * @throws {PosternError} where it cannot be so.
 */
export async function applyAccessKey(
  declared: DeclaredAccessKey,
  context: ApplyAccessKeyContext,
): Promise<Omit<Applied, 'kind' | 'name'>> {
  const { store, accessKeys, now, isAttended, sources } = context
  const { name, rules, expiresAt, key } = declared
  const wanted = { name, rules, expiresAt }
  if (key === undefined) {
    const found = await findByName(accessKeys, name)
    if (found !== undefined) {
      await requireOwn(store, found)
      return change(context, { view: found, isCurrent: false }, declared)
    }
    requireLasting(declared, now)
    if (!isAttended) throw unseen()
    const { text } = await accessKeys.add(wanted, byConfig)
    return { outcome: 'added', text }
  }
  const text = await readReference(key, `accessKeys.${name}.key`, sources)
  const found = await accessKeys.find(text)
  if (found === undefined) {
    requireLasting(declared, now)
    const before = await liveOfName(accessKeys, name)
    await accessKeys.addGiven(text, wanted, byConfig)
    return { outcome: 'added', ...(before.length === 0 ? {} : { note: stillGood(before) }) }
  }
  requireLive(found.view)
  const changed = await change(context, found, declared)
  if (found.isCurrent) return changed
  return { ...changed, note: 'It was rotated: its text is another one by now than the file names.' }
}

async function findByName(
  accessKeys: AccessKeys,
  name: string,
): Promise<AccessKeyView | undefined> {
  const named = (await accessKeys.list()).filter((view) => view.name === name)
  const live = await liveOfName(accessKeys, name)
  const [first, second] = live
  if (second !== undefined) {
    throw new AccessKeyConflict(
      'access_key_ambiguous',
      `There are ${live.length} access keys of this name.`,
      { remedy: 'Revoke all but one with postern access revoke, or give its text as key.' },
    )
  }
  // One that somebody revoked does not come back by itself.
  if (first === undefined && named[0] !== undefined) requireLive(named[0])
  return first
}

async function liveOfName(accessKeys: AccessKeys, name: string): Promise<readonly AccessKeyView[]> {
  const all = await accessKeys.list()
  return all.filter((view) => view.name === name && view.revokedAt === undefined)
}

/** Another text in the place of the reference ends no access key: whoever has the old text has it still. */
function stillGood(before: readonly AccessKeyView[]): string {
  const ids = before.map(({ id }) => id).join(', ')
  return `Its text is a new one, and the old access key of this name is still good: postern access revoke ${ids}.`
}

/** Whoever may make access keys may call one like that of a file. It is not given what the file's is to have. */
async function requireOwn(store: Store, { id }: AccessKeyView): Promise<void> {
  const [made] = await listAudit(store, { action: 'access-key.add', target: id, limit: 1 })
  if (made === undefined || OPERATORS.includes(made.actor)) return
  throw new AccessKeyConflict(
    'access_key_foreign',
    'The access key of this name was made over the API, by somebody who may know its text.',
    {
      remedy:
        'Revoke it with postern access revoke, or give the access key of the file another name.',
    },
  )
}

/** Whoever had its rules over the API may have rotated it, and knows its text. They are not given what it is to have now. */
async function requireUntold(store: Store, { id }: AccessKeyView): Promise<void> {
  // The texts that may be accepted are those of the last two.
  const rotations = await listAudit(store, { action: 'access-key.rotate', target: id, limit: 2 })
  const foreign = rotations.find(({ actor }) => !OPERATORS.includes(actor))
  if (foreign === undefined) return
  throw new AccessKeyConflict(
    'access_key_foreign',
    `The access key was rotated over the API on ${foreign.at.toISOString()}, by somebody who may know its text.`,
    {
      remedy: `Rotate it twice on this machine with postern access rotate ${id}, and hand on the last text; then apply the file again.`,
    },
  )
}

/** @param found - whether its text is the one that the file names, so that the file says who has it. */
async function change(
  { store, accessKeys }: ApplyAccessKeyContext,
  { view, isCurrent }: { readonly view: AccessKeyView; readonly isCurrent: boolean },
  { name, rules, expiresAt }: DeclaredAccessKey,
): Promise<Omit<Applied, 'kind' | 'name'>> {
  const changed = [
    ...(view.name === name ? [] : ['name']),
    ...(isDeepStrictEqual(view.rules, rules) ? [] : ['rules']),
    // Without an end in the file, one that was set elsewhere stays.
    ...(expiresAt === undefined || view.expiresAt?.getTime() === expiresAt.getTime()
      ? []
      : ['expiresAt']),
  ]
  if (changed.length === 0) return { outcome: 'unchanged' }
  if (!isCurrent) await requireUntold(store, view)
  const end = expiresAt ?? view.expiresAt
  await accessKeys.update(view.id, { name, rules, expiresAt: end }, byConfig)
  return { outcome: 'changed', changed }
}

function requireLive({ revokedAt }: AccessKeyView): void {
  if (revokedAt === undefined) return
  throw new AccessKeyConflict(
    'access_key_revoked',
    `The access key was revoked on ${revokedAt.toISOString()}.`,
    { remedy: 'Take it out of the file, or give it another text with key.' },
  )
}

function requireLasting({ expiresAt }: DeclaredAccessKey, now: Date): void {
  if (expiresAt === undefined || expiresAt > now) return
  throw new AccessKeyConflict('access_key_expired', 'The access key would have expired already.', {
    remedy: 'Name a later expiresAt, or take the access key out of the file.',
  })
}

/** What a log keeps is no place for an access key. */
function unseen(): AccessKeyConflict {
  return new AccessKeyConflict(
    'access_key_unseen',
    'Nobody would see the access key that is to be made.',
    {
      remedy:
        'Give its text as key: env:NAME, file:PATH or exec:COMMAND; or start once in a terminal, which shows it.',
    },
  )
}
