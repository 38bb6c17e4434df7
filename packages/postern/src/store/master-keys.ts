/** @module The versions of the master key that are at hand and proven right, or why the store is locked. */

import { type Clock, systemClock } from '@postern/core'
import { MasterKeyError, type MasterKeySource } from '../config/master-key/source.ts'
import { type KeyWrapper, wrapperOf } from './key-wrapper.ts'
import {
  addMasterKeyVersion,
  countSecretsByVersion,
  listMasterKeyVersions,
  type MasterKeyVersion,
  makeKeyCheck,
  passesKeyCheck,
} from './master-key-versions.ts'
import { SealError } from './seal-error.ts'
import type { Store } from './store.ts'

/** Whether secrets can be opened and kept. */
export type SealState = { readonly status: 'unlocked'; readonly version: number } | LockedState

/** Why not, and what to do. */
export interface LockedState {
  readonly status: 'locked'
  /** `missing`: a version is not there; `wrong`: it is another key; `unreadable`: the source cannot be read. */
  readonly reason: 'missing' | 'wrong' | 'unreadable'
  readonly observed: string
  readonly remedy: string
}

/** What {@link MasterKeys} works with. */
export interface MasterKeysContext {
  readonly store: Store
  /** Undefined where there is none: the store stays locked. */
  readonly source: MasterKeySource | undefined
  readonly clock?: Clock
}

// A caller in a loop must not start the command of a source a thousand times a second.
const REREAD_MS = 1_000

const NO_SOURCE: LockedState = {
  status: 'locked',
  reason: 'missing',
  observed: 'The store is locked: no master key was given.',
  remedy: 'Give the master key with --master-key, or in POSTERN_MASTER_KEY.',
}

/**
 * Knows the versions of the master key by their check values in the store, and reads the source again where a version is
 * wanted that it does not know: the right key unlocks a running process, and a rotation elsewhere is followed.
 */
export class MasterKeys {
  readonly source: MasterKeySource | undefined
  readonly #store: Store
  readonly #clock: Clock
  #wrappers: ReadonlyMap<number, KeyWrapper> = new Map()
  /** For what was sealed before its version was retired, and is being kept after. */
  readonly #retired = new Map<number, KeyWrapper>()
  #state: SealState = NO_SOURCE
  #reading: Promise<void> | undefined
  #fruitlessAtMs: number | undefined

  constructor({ store, source, clock = systemClock }: MasterKeysContext) {
    this.#store = store
    this.source = source
    this.#clock = clock
  }

  /** As of the last look. Locked says that the newest version is not at hand. */
  get state(): SealState {
    return this.#state
  }

  /** The versions at hand. */
  get versions(): readonly number[] {
    return [...this.#wrappers.keys()]
  }

  /** The state, after another look where it is locked: whoever asks for nothing but this sees it unlocked too. */
  async look(): Promise<SealState> {
    await this.#findNewest()
    return this.#state
  }

  /** The version that seals. @throws {SealError} `seal_locked` */
  async newest(): Promise<KeyWrapper> {
    return (await this.#findNewest()) ?? this.#refuse()
  }

  /** A version, also while the store is locked for want of a newer one. @throws {SealError} `seal_locked` */
  async get(version: number): Promise<KeyWrapper> {
    const find = () => this.#wrappers.get(version) ?? this.#retired.get(version)
    return find() ?? (await this.#reread(find)) ?? this.#refuse(version)
  }

  /**
   * Refuses where the source does not give the version that seals, or gives another key for it. This process may remember it; whoever
   * begins next would not have it, and what is made on top of it, or removed beside it, would leave nothing that opens.
   *
   * @throws {SealError} `seal_locked`; {MasterKeyError} where the source cannot be read.
   */
  async requireGiven(): Promise<void> {
    const { version } = await this.newest()
    const given = (await this.source?.read()) ?? []
    const found = given.find((candidate) => candidate.version === version)
    const known = await listMasterKeyVersions(this.#store)
    const check = known.find((row) => row.version === version)?.check
    if (found && check && (await passesKeyCheck(wrapperOf(found), check))) return
    const observed = `${this.source?.name ?? 'Its source'} gives ${found ? 'another key as' : 'no'} version ${version} of the master key, which is in use.`
    throw new SealError('seal_locked', observed, {
      remedy: `Put version ${version} back where the master key is read, while this process still has it.`,
      details: { version, reason: found ? 'wrong' : 'missing' },
    })
  }

  /** The highest version that the source gives and the store does not know. @throws {MasterKeyError} */
  async unused(): Promise<KeyWrapper | undefined> {
    const [known] = await listMasterKeyVersions(this.#store)
    const [highest] = byVersion((await this.source?.read()) ?? [])
    return highest !== undefined && highest.version > (known?.version ?? 0)
      ? wrapperOf(highest)
      : undefined
  }

  /** Looks at the store and the source again. Does not throw for the source: it ends locked. */
  async read(): Promise<void> {
    // Waiting for another's look inside a transaction could be waiting for oneself: an embedded store has one connection.
    if (this.#store.inTransaction) return this.#read()
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #findNewest(): Promise<KeyWrapper | undefined> {
    const find = () =>
      this.#state.status === 'unlocked' ? this.#wrappers.get(this.#state.version) : undefined
    return find() ?? (await this.#reread(find))
  }

  async #reread(find: () => KeyWrapper | undefined): Promise<KeyWrapper | undefined> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#fruitlessAtMs !== undefined && nowMs - this.#fruitlessAtMs < REREAD_MS) return
    const isUnderWay = this.#reading !== undefined
    await this.read()
    // What was under way may have read the source before the version was there.
    if (isUnderWay && find() === undefined) await this.read()
    const found = find()
    this.#fruitlessAtMs = found === undefined ? nowMs : undefined
    return found
  }

  async #read(): Promise<void> {
    // The table first: a rotation gives the source a version before the table names it.
    let known = await listMasterKeyVersions(this.#store)
    const { given, failure } = await this.#readSource()
    const [highest] = byVersion(given)
    if (known.length === 0 && highest !== undefined) {
      const counts = await countSecretsByVersion(this.#store)
      if (counts.size === 0) {
        await addMasterKeyVersion(this.#store, highest.version, await makeKeyCheck(highest))
      }
      // In any case: another process may have made the store its own between the two looks.
      known = await listMasterKeyVersions(this.#store)
    }
    await this.#judge(known, given, failure)
  }

  async #readSource(): Promise<{ given: readonly KeyWrapper[]; failure?: MasterKeyError }> {
    try {
      return { given: ((await this.source?.read()) ?? []).map(wrapperOf) }
    } catch (error) {
      if (error instanceof MasterKeyError) return { given: [], failure: error }
      throw error
    }
  }

  async #judge(
    known: readonly MasterKeyVersion[],
    given: readonly KeyWrapper[],
    failure: MasterKeyError | undefined,
  ): Promise<void> {
    const usable = known.filter(({ retiredAt }) => retiredAt === undefined)
    const proven = new Map<number, KeyWrapper>()
    const wrong = new Set<number>()
    let unreachable = failure
    for (const { version, check } of usable) {
      const before = this.#wrappers.get(version)
      const wrapper = before ?? given.find((candidate) => candidate.version === version)
      if (wrapper === undefined) continue
      try {
        if (before !== undefined || (await passesKeyCheck(wrapper, check))) {
          proven.set(version, wrapper)
        } else wrong.add(version)
      } catch (error) {
        if (!(error instanceof MasterKeyError)) throw error
        unreachable = error
      }
    }
    for (const { version } of known.filter(({ retiredAt }) => retiredAt !== undefined)) {
      const before = this.#wrappers.get(version)
      if (before !== undefined) this.#retired.set(version, before)
    }
    this.#wrappers = proven
    const newest = usable[0]?.version
    this.#state =
      newest !== undefined && proven.has(newest)
        ? { status: 'unlocked', version: newest }
        : this.#locked(newest, newest !== undefined && wrong.has(newest), unreachable)
  }

  #locked(
    newest: number | undefined,
    wrong: boolean,
    failure: MasterKeyError | undefined,
  ): LockedState {
    if (this.source === undefined) return NO_SOURCE
    if (failure !== undefined) {
      return {
        status: 'locked',
        reason: failure.code === 'master_key_missing' ? 'missing' : 'unreadable',
        observed: `The store is locked: ${failure.message}`,
        remedy: failure.remedy,
      }
    }
    if (newest === undefined) {
      return {
        status: 'locked',
        reason: 'wrong',
        observed:
          'The store is locked: it has secrets, and nothing shows which master key is theirs.',
        remedy: 'Restore the table master_key from the same backup as the table secret.',
      }
    }
    if (wrong) {
      return {
        status: 'locked',
        reason: 'wrong',
        observed: `The store is locked: version ${newest} of the master key is not the one that the store was sealed with.`,
        remedy: 'Give the master key that the store was made with; nothing was changed.',
      }
    }
    return {
      status: 'locked',
      reason: 'missing',
      observed: `The store is locked: version ${newest} of the master key is not here.`,
      remedy: `Add version ${newest} of the master key to where this process reads it.`,
    }
  }

  #refuse(version?: number): never {
    const locked = this.#state
    if (locked.status === 'locked' && (version === undefined || this.#wrappers.size === 0)) {
      throw new SealError('seal_locked', locked.observed, {
        remedy: locked.remedy,
        details: { reason: locked.reason },
      })
    }
    throw new SealError('seal_locked', `Version ${version} of the master key is not here.`, {
      remedy: `Add version ${version} of the master key to where this process reads it.`,
      details: { version },
    })
  }
}

/** The highest first. */
function byVersion<Versioned extends { readonly version: number }>(
  all: readonly Versioned[],
): readonly Versioned[] {
  return all.toSorted((a, b) => b.version - a.version)
}
