/** @module What an input is: one resource of an org that is read as a list of records. */

import type { Org } from '../org/org.ts'
import type { Priority } from '../org/rate-limit.ts'
import type { InputName } from './input-name.ts'
import type { Mirrored } from './mirrored.ts'

/** Records, and where to go on behind them. */
export interface Batch {
  /** Each the JSON text that Okta sent, in UTF-8; those of a parent's list are wrapped with the parent's id. */
  readonly records: readonly Uint8Array[]
  /**
   * Where the walk goes on once these records are kept: opaque, of this input alone. Absent where a finite list is at its
   * end. The System Log has none: its cursor is where the next run begins.
   */
  readonly cursor?: string
  /** How many records are still to come, as far as that can be told. */
  readonly remaining?: number
}

/** How an input is read. */
export interface ReadOptions {
  /** The cursor of a batch of the same input. Whatever was asked for then holds again; the options below are not looked at. */
  readonly cursor?: string | undefined
  /**
   * Only what is newer. The System Log: what Okta stored since then, default 24 hours ago. Users and groups: what changed
   * since then.
   */
  readonly since?: Date | undefined
  /**
   * The System Log: the events published before this moment, in that order, and then an end. Okta leaves out what it
   * stores later.
   */
  readonly until?: Date | undefined
  /** Records at most. */
  readonly limit?: number | undefined
  /** Requests to one list at the same time, where the pacer has room for them. Default 4. */
  readonly parallel?: number | undefined
  /** Default `sweep`, or `log` for the System Log. */
  readonly priority?: Priority | undefined
  readonly signal?: AbortSignal | undefined
}

/** One resource of an org that is read as a list of records. */
export interface Input {
  readonly name: InputName
  /** As people know it. */
  readonly title: string
  /** What its records are, in the plural. */
  readonly plural: string
  /** The path of its list, with the parent's id left out as `{id}`. */
  readonly resource: string
  /** All of them are needed; a `.manage` scope does for the `.read` scope of its name. */
  readonly scopes: readonly string[]
  /** Standard admin roles of which each shows all records; the least first. */
  readonly roles: readonly string[]
  /** `incremental`: a run begins where the one before ended. `full`: every run reads everything. */
  readonly sync: 'incremental' | 'full'
  /** What its cursor stands for, in a sentence. */
  readonly cursor: string
  /** Whether `since` can be asked for. */
  readonly takesSince: boolean
  /** Whether `until` can be asked for. */
  readonly takesUntil: boolean
  /** Records a page. */
  readonly pageLimit: number
  /** The rate-limit bucket that a walk spends. */
  readonly bucket: string
  /** What is always there, as `every org has …`: an empty list is then unbelievable. */
  readonly everyOrgHas?: string
  /** Members of a record that tell a person which it is, by their paths. */
  readonly columns: readonly string[]
  /** How a copy of it is kept; absent where its records are events, which never change. */
  readonly mirrored?: Mirrored
  /**
   * Reads it from the start or from a cursor. Every record is in exactly one batch. Memory is bounded by pages, however
   * many records there are.
   *
   * @throws {InputError} for a cursor of another input, and where an empty list shows that there is no admin role.
   */
  read(org: Org, options: ReadOptions): AsyncGenerator<Batch, void, undefined>
}
