/** @module Tells whoever watches that something changed, so that they read it again. Asks the store while somebody does, and only then. */

import { type Clock, PosternError } from '@postern/core'
import type { Log } from '../log.ts'
import {
  type RecentDeed,
  readAuditEnd,
  readDeedsAfter,
  readRunsSince,
} from '../store/recent-changes.ts'
import type { Store } from '../store/store.ts'
import type { Permissions } from './permissions.ts'

/** What can keep somebody from watching. */
class ChangesError extends PosternError<'changes_too_many'> {
  override readonly name = 'ChangesError'
}

/** What changes. */
export const changeKinds = ['audit', 'connections', 'feeds', 'runs', 'plans'] as const

/** One of {@link changeKinds}. */
export type ChangeKind = (typeof changeKinds)[number]

/** Who watches. */
export interface Watcher {
  readonly actor: string
  /** As they are by now: whoever watches may be given less meanwhile. */
  readonly permissions: Permissions
  /** Told of each kind of which something changed that they may see. */
  readonly onChange: (kinds: ReadonlySet<ChangeKind>, at: Date) => void
  /** Told that there is nothing more to come. */
  readonly onEnd: () => void
}

/** What {@link Changes} works with. */
export interface ChangesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** Between two questions. Default: a second. */
  readonly everyMs?: number
}

const EVERY_MS = 1_000
// Clocks of other processes may be off by as much.
const WINDOW_MS = 120_000
const MAX_WATCHERS = 1_000
const MAX_OF_ONE = 16

/** By the first word of an action. */
const KINDS: Readonly<Record<string, ChangeKind>> = {
  connection: 'connections',
  feed: 'feeds',
  sink: 'feeds',
  plan: 'plans',
}

interface Change {
  readonly kind: ChangeKind
  /** Null: it is about none, or about all. */
  readonly connection: string | null
}

/** What changes in a store, by whichever process. */
export class Changes {
  readonly #options: ChangesOptions
  readonly #watchers = new Set<Watcher>()
  #timer: NodeJS.Timeout | undefined
  #seq: number | undefined
  #runs: ReadonlySet<string> | undefined

  constructor(options: ChangesOptions) {
    this.#options = options
  }

  /**
   * Begins to watch.
   *
   * @returns what has to be called when it is over.
   * @throws {ChangesError} `changes_too_many`
   */
  watch(watcher: Watcher): () => void {
    const own = [...this.#watchers].filter(({ actor }) => actor === watcher.actor).length
    if (own >= MAX_OF_ONE || this.#watchers.size >= MAX_WATCHERS) throw tooMany(own)
    this.#watchers.add(watcher)
    // What was before is read at once: what changes within the first second is told too.
    this.#plan(0)
    return () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size > 0) return
      clearTimeout(this.#timer)
      this.#timer = undefined
      // Whoever comes next has read everything by then.
      this.#seq = undefined
      this.#runs = undefined
    }
  }

  /** Tells everybody that it is over: a server that stops waits for what is open. */
  close(): void {
    for (const { onEnd } of [...this.#watchers]) onEnd()
  }

  #plan(waitMs = this.#options.everyMs ?? EVERY_MS): void {
    this.#timer ??= setTimeout(() => void this.#ask(), waitMs).unref()
  }

  async #ask(): Promise<void> {
    const { clock, log } = this.#options
    try {
      const changes = await this.#read(clock.now())
      for (const watcher of changes.length === 0 ? [] : [...this.#watchers])
        tell(watcher, changes, clock.now())
    } catch (err) {
      // A store that does not answer now is asked again.
      log.warn({ err }, 'changes were not read')
    }
    this.#timer = undefined
    if (this.#watchers.size > 0) this.#plan()
  }

  async #read(now: Date): Promise<readonly Change[]> {
    const { store } = this.#options
    const since = new Date(now.getTime() - WINDOW_MS)
    const seqBefore = this.#seq
    const deeds = seqBefore === undefined ? undefined : await readDeedsAfter(store, seqBefore)
    const runs = await readRunsSince(store, since)
    const runsBefore = this.#runs
    this.#seq = seqBefore === undefined ? await readAuditEnd(store) : (deeds?.[0]?.seq ?? seqBefore)
    this.#runs = new Set(runs.map(nameOfRun))
    const begunOrEnded = runs.filter((run) => runsBefore?.has(nameOfRun(run)) === false)
    return [
      ...(deeds ?? []).flatMap(changesOf),
      ...begunOrEnded.map(({ connection }): Change => ({ kind: 'runs', connection })),
    ]
  }
}

function nameOfRun({ id, outcome }: { readonly id: string; readonly outcome: string | null }) {
  return `${id} ${outcome}`
}

function changesOf({ action, connection }: RecentDeed): readonly Change[] {
  const kind = KINDS[action.split('.')[0] ?? '']
  return [{ kind: 'audit', connection }, ...(kind === undefined ? [] : [{ kind, connection }])]
}

function tell({ permissions, onChange }: Watcher, changes: readonly Change[], at: Date): void {
  const seen = changes.filter(({ kind, connection }) => {
    // A row of the audit log is for those who may read it.
    if (kind === 'audit') return permissions.may('admin', connection ?? undefined)
    return permissions.maySee(connection ?? '')
  })
  if (seen.length > 0) onChange(new Set(seen.map(({ kind }) => kind)), at)
}

function tooMany(own: number): ChangesError {
  return new ChangesError('changes_too_many', `This caller watches ${own} times already.`, {
    remedy: 'Close what watches and is not looked at, or ask for what changed now and then.',
  })
}
