/** @module A table with an index that is behind it, as Okta's is: by-id reads are current, searches are not. */

import type { OrgTime } from '../clock.ts'
import { type Row, Table } from './table.ts'

/** What the index showed until a moment: an older row, or nothing. */
interface Version<T> {
  readonly untilMs: number
  readonly row: T | undefined
}

/** A {@link Table} whose rows are found by searches only after a while. */
export class IndexedTable<T extends Row> extends Table<T> {
  readonly #time: OrgTime
  readonly #lagMs: () => number
  readonly #behind = new Map<string, Version<T>[]>()
  #version = 0

  constructor(time: OrgTime, lagMs: () => number) {
    super()
    this.#time = time
    this.#lagMs = lagMs
  }

  /** Counts the changes of the table and of its index; what was computed from an older count may be out of date. */
  get version(): number {
    this.#forgetOld()
    return this.#version
  }

  override put(row: T): void {
    this.#remember(row.id)
    super.put(row)
  }

  override remove(id: string): boolean {
    this.#remember(id)
    return super.remove(id)
  }

  /** Adds a row that the index knows at once: for what was there before anybody looked. */
  putSettled(row: T): void {
    super.put(row)
    this.#version++
  }

  /** Whether the index shows something else than the table for some row. */
  isBehind(): boolean {
    this.#forgetOld()
    return this.#behind.size > 0
  }

  /** The rows as the index shows them, by rising id, those removed a moment ago included. */
  *indexed(afterId?: string): Generator<T, void, undefined> {
    this.#forgetOld()
    const removed = [...this.#behind]
      .filter(([id]) => this.get(id) === undefined && (afterId === undefined || id > afterId))
      .flatMap(([, [oldest]]) => (oldest?.row === undefined ? [] : [oldest.row]))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    let next = 0
    for (const row of this.after(afterId)) {
      for (let gone = removed[next]; gone !== undefined && gone.id < row.id; gone = removed[++next])
        yield gone
      const behind = this.#behind.get(row.id)
      const shown = behind === undefined ? row : behind[0]?.row
      if (shown !== undefined) yield shown
    }
    yield* removed.slice(next)
  }

  #remember(id: string): void {
    this.#version++
    const lagMs = this.#lagMs()
    if (lagMs === 0) return
    const nowMs = this.#time.nowMs()
    const versions = this.#behind.get(id) ?? []
    forgetOld(versions, nowMs, lagMs)
    const untilMs = nowMs + lagMs
    // What ends no later than the one before it is never shown: a group of 200,000 changes as often in a moment.
    if (untilMs <= (versions.at(-1)?.untilMs ?? Number.NEGATIVE_INFINITY)) return
    versions.push({ untilMs, row: this.get(id) })
    this.#behind.set(id, versions)
  }

  #forgetOld(): void {
    const nowMs = this.#time.nowMs()
    const lagMs = this.#lagMs()
    for (const [id, versions] of this.#behind) {
      if (forgetOld(versions, nowMs, lagMs)) this.#version++
      if (versions.length === 0) this.#behind.delete(id)
    }
  }
}

// After the clock was set back, the index would be behind until the time comes again that it had.
function forgetOld<T>(versions: Version<T>[], nowMs: number, lagMs: number): boolean {
  const isSetBack = (versions.at(-1)?.untilMs ?? 0) > nowMs + lagMs
  const kept = isSetBack ? -1 : versions.findIndex(({ untilMs }) => untilMs > nowMs)
  return versions.splice(0, kept === -1 ? versions.length : kept).length > 0
}
