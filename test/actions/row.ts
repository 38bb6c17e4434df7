/** @module What the matrix of actions has to know of one action; the rest it knows itself. */

import type { JsonObject } from '@postern/core'
import type { World } from './world.ts'

/** One action, and a case in which it has something to do. */
export interface ActionRow {
  /** `group.add_member` */
  readonly action: string
  /** Arguments that name objects of the world. */
  readonly given: JsonObject
  /** Makes the world such that there is something to do. */
  readonly ready?: (world: World) => Promise<void>
  /** Makes it so already; absent of what cannot be so. */
  readonly so?: (world: World) => Promise<void>
  /** What a run adds to the ledger: `group-member created`; nothing for an action that reads. */
  readonly effects: readonly string[]
  /** The method of the request that changes; absent of an action that reads. */
  readonly method?: 'POST' | 'PUT' | 'DELETE'
  /** Whether the change is never sent again by itself: a lost one is then of unknown outcome. */
  readonly sentOnce?: true
  /** Whether it is so, as the official client reads it; of an action that reads, not looked at. */
  readonly isSo?: (world: World) => Promise<boolean>
  /** What an action that reads answers, where there is nothing to do and where it is so. */
  readonly answers?: { readonly ready: unknown; readonly so?: unknown }
  /** Whether groups that only Okta or an app changes are refused. */
  readonly refusesGroups?: true
  /** Whether the run goes on where one of a list fails, and says so of the one. */
  readonly isList?: true
}
