/** @module The access keys of the callers: made, changed, revoked, and recognised without asking the database each time. */

import { type Clock, PosternError, type Secret } from '@postern/core'
import { type AccessRule, callMethods, everyConnection, verbs } from '../config/access-rules.ts'
import {
  type AccessKeyRow,
  deleteAccessKey,
  insertAccessKey,
  readAccessKeys,
  rotateAccessKey,
  updateAccessKey,
} from '../store/access-keys.ts'
import { type AuditEntry, appendAudit, type Caller } from '../store/audit.ts'
import { isSameDigest, newId } from '../store/digest.ts'
import {
  type AccessKeysQuery,
  countAccessKeys,
  listAccessKeyPage,
} from '../store/list-access-keys.ts'
import type { Store } from '../store/store.ts'
import { newAccessKeySecret, type PresentedAccessKey, parseAccessKey } from './access-key-text.ts'
import { Permissions } from './permissions.ts'

/** What can be wrong with an access key that somebody names. */
export type AccessKeyErrorCode =
  | 'access_key_not_found'
  | 'access_key_revoked'
  | 'access_key_malformed'
  | 'access_key_exists'
  | 'access_key_changed'

/** An access key that is not there, or not any more. */
export class AccessKeyError extends PosternError<AccessKeyErrorCode> {
  override readonly name = 'AccessKeyError'
}

/** A new access key. */
export interface NewAccessKey {
  readonly name: string
  readonly rules: readonly AccessRule[]
  readonly expiresAt?: Date | undefined
}

/** An access key without its secret. */
export interface AccessKeyView {
  readonly id: string
  readonly name: string
  readonly rules: readonly AccessRule[]
  readonly createdAt: Date
  readonly expiresAt?: Date
  readonly lastUsedAt?: Date
  readonly revokedAt?: Date
  /** Until when the secret before the last change is good. */
  readonly previousUntil?: Date
}

/** Who an access key says its caller is. */
export interface RecognisedCaller {
  readonly actor: string
  /** What its access key is called. */
  readonly name: string
  readonly permissions: Permissions
  /** When its access key ends. */
  readonly expiresAt?: Date
}

interface KnownKey {
  readonly row: AccessKeyRow
  readonly recognised: RecognisedCaller
}

/** What {@link AccessKeys} works with. */
export interface AccessKeysOptions {
  readonly store: Store
  readonly clock: Clock
  /** How long what was read stays good; by the kind of the store where it is left out. */
  readonly cacheMs?: number
}

/** How long what was read stays good where other processes write to the same database. */
export const sharedStoreCacheMs = 1_000
const ROTATION_OVERLAP_MS = 24 * 60 * 60 * 1_000

/**
 * All access keys, held in memory.
 *
 * On an embedded store they are exact: this process alone changes them. On a database that others write to, a change
 * elsewhere is seen within {@link sharedStoreCacheMs}.
 */
export class AccessKeys {
  readonly #store: Store
  readonly #clock: Clock
  readonly #cacheMs: number
  readonly #lastUses = new Map<string, Date>()
  #known: ReadonlyMap<string, KnownKey> = new Map()
  #local: { readonly id: string; readonly digest: Uint8Array } | undefined
  #freshUntilMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor({ store, clock, cacheMs }: AccessKeysOptions) {
    this.#store = store
    this.#clock = clock
    this.#cacheMs =
      cacheMs ?? (store.kind === 'pglite' ? Number.POSITIVE_INFINITY : sharedStoreCacheMs)
  }

  /**
   * An access key for this process alone, with every verb but `approve`: what commands on this machine use. It is kept
   * nowhere and ends with the process.
   */
  addLocal(): Secret {
    const id = newId()
    const { text, digest } = newAccessKeySecret(id)
    this.#local = { id, digest }
    return text
  }

  /**
   * Whose access key this is; undefined where it is missing, wrong, expired or revoked, in the same way. At once while what
   * was read is good.
   */
  recognise(text: string): RecognisedCaller | undefined | Promise<RecognisedCaller | undefined> {
    if (this.#clock.monotonicMs() < this.#freshUntilMs) return this.#recognise(parseAccessKey(text))
    return this.recognisePresented(parseAccessKey(text))
  }

  /** The same, of an access key whose text is not at hand. */
  async recognisePresented(
    presented: PresentedAccessKey | undefined,
  ): Promise<RecognisedCaller | undefined> {
    if (this.#clock.monotonicMs() >= this.#freshUntilMs) await this.#refresh()
    return this.#recognise(presented)
  }

  #recognise(presented: PresentedAccessKey | undefined): RecognisedCaller | undefined {
    if (presented === undefined) return undefined
    if (presented.id === this.#local?.id)
      return isSameDigest(this.#local.digest, presented.digest) ? localCaller : undefined
    const known = this.#known.get(presented.id)
    const now = this.#clock.now()
    // One comparison with the current secret and one with the one before, whether the key is known or not.
    const current = isSameDigest(known?.row.secret_hash ?? noDigest, presented.digest)
    const previous = isSameDigest(known?.row.previous_hash ?? noDigest, presented.digest)
    if (known === undefined) return undefined
    const { row } = known
    const good = current || (previous && row.previous_until !== null && now < row.previous_until)
    if (!good || row.revoked_at !== null) return undefined
    if (row.expires_at !== null && now >= row.expires_at) return undefined
    this.#lastUses.set(row.id, now)
    return known.recognised
  }

  /** @returns the text of the access key, which nothing tells again. */
  async add(key: NewAccessKey, by: Caller): Promise<{ view: AccessKeyView; text: Secret }> {
    const id = newId()
    const { text, digest } = newAccessKeySecret(id)
    return { view: await this.#insert(key, { id, digest }, by), text }
  }

  /**
   * Adds an access key whose text its operator made.
   *
   * @throws {AccessKeyError} `access_key_malformed`, `access_key_exists`
   */
  async addGiven(text: Secret, key: NewAccessKey, by: Caller): Promise<AccessKeyView> {
    const presented = requireAccessKey(text)
    await this.#refresh()
    if (this.#known.has(presented.id)) {
      throw new AccessKeyError(
        'access_key_exists',
        'There is an access key with this id already.',
        {
          remedy: 'Make another one: its id is what stands between the underscores.',
        },
      )
    }
    return this.#insert(key, presented, by)
  }

  async #insert(
    key: NewAccessKey,
    { id, digest }: PresentedAccessKey,
    by: Caller,
  ): Promise<AccessKeyView> {
    const row: AccessKeyRow = {
      id,
      name: key.name,
      secret_hash: digest,
      previous_hash: null,
      previous_until: null,
      rules: key.rules,
      expires_at: key.expiresAt ?? null,
      last_used_at: null,
      revoked_at: null,
      created_at: this.#clock.now(),
    }
    const details = { name: key.name, rules: key.rules }
    await this.#change({ action: 'access-key.add', target: id, details }, by, () =>
      insertAccessKey(this.#store, row),
    )
    return viewOf(row)
  }

  /**
   * The access key of a text, whether that is its text by now or not; undefined where there is none of its id.
   *
   * @throws {AccessKeyError} `access_key_malformed`
   */
  async find(text: Secret): Promise<{ view: AccessKeyView; isCurrent: boolean } | undefined> {
    const { id, digest } = requireAccessKey(text)
    await this.#refresh()
    const known = this.#known.get(id)
    if (known === undefined) return undefined
    return { view: this.#view(known.row), isCurrent: isSameDigest(known.row.secret_hash, digest) }
  }

  /** Changes what an access key is for. @throws {AccessKeyError} `access_key_not_found`, `access_key_revoked` */
  async update(id: string, key: NewAccessKey, by: Caller): Promise<AccessKeyView> {
    const row = await this.#liveRow(id)
    const { name, rules, expiresAt } = key
    const change = { name, rules, expires_at: expiresAt ?? null }
    const details = { name, rules, expiresAt: expiresAt?.toISOString() }
    await this.#change({ action: 'access-key.update', target: id, details }, by, () =>
      updateAccessKey(this.#store, id, change),
    )
    return this.#view({ ...row, ...change })
  }

  async list(): Promise<readonly AccessKeyView[]> {
    await this.#refresh()
    return [...this.#known.values()].map(({ row }) => this.#view(row))
  }

  /** Access keys, the newest first, those that are asked for. */
  async page(query: AccessKeysQuery): Promise<readonly AccessKeyView[]> {
    const rows = await listAccessKeyPage(this.#store, query, this.#clock.now())
    return rows.map((row) => this.#view(row))
  }

  /** How many there are of those that are asked for, by state. */
  count(which: Pick<AccessKeysQuery, 'connections' | 'text'>): ReturnType<typeof countAccessKeys> {
    return countAccessKeys(this.#store, which, this.#clock.now())
  }

  /** What an access key is called; undefined where there is none of this id. */
  async nameOf(id: string): Promise<string | undefined> {
    if (this.#clock.monotonicMs() >= this.#freshUntilMs) await this.#refresh()
    return this.#known.get(id)?.row.name
  }

  /** @throws {AccessKeyError} `access_key_not_found` */
  async get(id: string): Promise<AccessKeyView> {
    return this.#view(await this.#row(id))
  }

  /**
   * Gives an access key a new secret; the one before stays good for a while.
   *
   * @param options.overlapMs - how long; default one day.
   * @throws {AccessKeyError} `access_key_not_found`, `access_key_revoked`; `access_key_changed` where somebody else rotated it
   *   meanwhile, whose text would be the one before at once.
   */
  async rotate(
    id: string,
    by: Caller,
    options: { readonly overlapMs?: number | undefined } = {},
  ): Promise<{ view: AccessKeyView; text: Secret }> {
    const row = await this.#liveRow(id)
    const { text, digest } = newAccessKeySecret(id)
    const change = {
      secret_hash: digest,
      previous_hash: row.secret_hash,
      previous_until: new Date(
        this.#clock.now().getTime() + (options.overlapMs ?? ROTATION_OVERLAP_MS),
      ),
    }
    await this.#change({ action: 'access-key.rotate', target: id }, by, async () => {
      if (await rotateAccessKey(this.#store, row, change)) return
      throw new AccessKeyError('access_key_changed', 'The access key was rotated meanwhile.', {
        remedy: 'Use the text that the other rotation gave, or rotate it again.',
      })
    })
    return { view: this.#view({ ...row, ...change }), text }
  }

  /**
   * Ends an access key.
   *
   * @param options.forget - whether lists show it no more; what it did stays in the audit log.
   * @throws {AccessKeyError} `access_key_not_found`, `access_key_revoked`
   */
  async revoke(id: string, by: Caller, { forget = false } = {}): Promise<void> {
    await this.#liveRow(id)
    const revoked_at = this.#clock.now()
    await this.#change({ action: 'access-key.revoke', target: id }, by, () =>
      forget ? deleteAccessKey(this.#store, id) : updateAccessKey(this.#store, id, { revoked_at }),
    )
    if (forget) this.#lastUses.delete(id)
  }

  /** Writes down what is known of last uses. Called once a minute, and before the store closes. */
  async flush(): Promise<void> {
    const uses = [...this.#lastUses]
    this.#lastUses.clear()
    for (const [id, last_used_at] of uses) await updateAccessKey(this.#store, id, { last_used_at })
  }

  async #row(id: string): Promise<AccessKeyRow> {
    await this.#refresh()
    const known = this.#known.get(id)
    if (known !== undefined) return known.row
    throw accessKeyNotFound()
  }

  async #liveRow(id: string): Promise<AccessKeyRow> {
    const row = await this.#row(id)
    if (row.revoked_at === null) return row
    throw new AccessKeyError('access_key_revoked', 'This access key was revoked.', {
      remedy: 'Make a new one with `postern access add`.',
    })
  }

  async #change(
    deed: Pick<AuditEntry, 'action' | 'target' | 'details'>,
    by: Caller,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await this.#store.transaction(async () => {
        await work()
        await appendAudit(this.#store, { ...by, ...deed, outcome: 'ok' }, this.#clock.now())
      })
    } finally {
      // Nothing that was read before is good any more, also where the next reading fails, or nobody told of the commit.
      await this.#reading?.catch(() => undefined)
      this.#freshUntilMs = Number.NEGATIVE_INFINITY
    }
    await this.#refresh()
  }

  /** Reads all keys anew; a reading that is under way may have begun before a change, so it is waited for, not shared. */
  async #refresh(): Promise<void> {
    await this.#reading?.catch(() => undefined)
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
  }

  async #read(): Promise<void> {
    const readAtMs = this.#clock.monotonicMs()
    const rows = await readAccessKeys(this.#store)
    this.#known = new Map(rows.map((row) => [row.id, knownKey(row)]))
    this.#freshUntilMs = readAtMs + this.#cacheMs
  }

  #view(row: AccessKeyRow): AccessKeyView {
    return viewOf({ ...row, last_used_at: this.#lastUses.get(row.id) ?? row.last_used_at })
  }
}

/** The refusal of an access key that is not there, and of one that the caller may not manage: nobody can tell them apart. */
export function accessKeyNotFound(): AccessKeyError {
  return new AccessKeyError(
    'access_key_not_found',
    'There is no access key with this id that this one may manage.',
    { remedy: 'List the access keys with `postern access list`.' },
  )
}

function requireAccessKey(text: Secret): PresentedAccessKey {
  const presented = parseAccessKey(text.reveal())
  if (presented !== undefined) return presented
  throw new AccessKeyError('access_key_malformed', 'The text is none of an access key.', {
    remedy:
      'Make one: "postern_", 16 hexadecimal digits, "_", and 32 random bytes as base64url without padding.',
  })
}

const noDigest = new Uint8Array(32)

const localCaller: RecognisedCaller = {
  actor: 'local',
  name: 'local',
  permissions: new Permissions([
    {
      connections: [everyConnection],
      verbs: verbs.filter((verb) => verb !== 'approve' && verb !== 'proxy'),
    },
    { connections: [everyConnection], verbs: ['proxy'], methods: [...callMethods], paths: ['/'] },
  ]),
}

function knownKey(row: AccessKeyRow): KnownKey {
  const recognised = {
    actor: `access-key:${row.id}`,
    name: row.name,
    permissions: new Permissions(row.rules),
    ...(row.expires_at ? { expiresAt: row.expires_at } : {}),
  }
  return { row, recognised }
}

function viewOf(row: AccessKeyRow): AccessKeyView {
  return {
    id: row.id,
    name: row.name,
    rules: row.rules,
    createdAt: row.created_at,
    ...(row.expires_at ? { expiresAt: row.expires_at } : {}),
    ...(row.last_used_at ? { lastUsedAt: row.last_used_at } : {}),
    ...(row.revoked_at ? { revokedAt: row.revoked_at } : {}),
    ...(row.previous_until ? { previousUntil: row.previous_until } : {}),
  }
}
