/** @module What an action is: one typed change of an org, or one question to it. */

import type { JsonObject, JsonValue } from '../json.ts'
import type { Arguments } from './arguments.ts'
import type { Calls } from './calls.ts'
import type { TakesArguments } from './parameter.ts'

/** One change or question, declared once: whoever shows or runs actions reads this. */
export interface Action extends TakesArguments {
  /** As people say it: `Add a group member`. */
  readonly title: string
  /** What it does, in a sentence. */
  readonly summary: string
  /** `read` changes nothing. */
  readonly effect: 'read' | 'change'
  /** Whether something is lost that the opposite action does not bring back. */
  readonly destructive: boolean
  /**
   * Whether each run does it, however often it was done before: nothing shows what is so already. Absent: it looks first, or
   * doing it twice is as doing it once.
   */
  readonly doneEachRun?: true
  /** All of them are needed; a `.manage` scope does for the `.read` scope of its name. */
  readonly scopes: readonly string[]
  /** Standard admin roles of which each allows it; the least first. */
  readonly roles: readonly string[]
  /**
   * Finds what the arguments name and what is so already. It only reads: a dry run is this and nothing more.
   *
   * @throws {ActionError} where it cannot be done: not found, ambiguous, a kind of group that nobody can change.
   */
  prepare(calls: Calls, given: Arguments): Promise<Prepared>
}

/** One object of the org that an action is about, as it was found. */
export interface ActionObject {
  readonly kind: 'user' | 'group' | 'app'
  readonly id: string
  /** A user's login, a group's name, an app's label: text from the directory, which says nothing to the reader. */
  readonly name: string
}

/** One thing that would be different afterwards. */
export interface Effect {
  /** `group.member.added`: concept, what, deed. */
  readonly change: string
  /** The ids of the objects, in the order of the sentence; of what is not there yet, its name. */
  readonly objects: readonly string[]
  /** `Add ada@example.com to the group Operations.` */
  readonly summary: string
}

/** What an action found, and what it would do. */
export interface Prepared {
  readonly objects: readonly ActionObject[]
  /** How things are, as far as the action is about them. */
  readonly before: JsonObject
  /** How they will be. The same as `before` where it is so already. */
  readonly after: JsonObject
  /** What would change; none where it is so already, and of an action that reads. */
  readonly effects: readonly Effect[]
  /** The answer of an action that reads. */
  readonly result?: JsonValue
  /** What the caller should know: that a group still grants access, say. */
  readonly notes?: readonly string[]
  /** Items of a list, in its order: what is wrong with each before anything is done. */
  readonly items?: readonly ActionItem[]
  /** How far the effects go: the apps that a group grants, its admin roles. It reads, and is asked for by plans alone. */
  reach?(): Promise<JsonObject>
  /** Makes the effects so. Absent of an action that reads. */
  apply?(): Promise<Applied>
}

/** What was done. */
export interface Applied {
  /** How things are now, by what the org answered or, where it did not answer, by looking. */
  readonly after: JsonObject
  /** False where somebody else made it so before this run could. */
  readonly changed?: boolean
  readonly result?: JsonValue
  readonly notes?: readonly string[]
  readonly items?: readonly ActionItem[]
}

/** What became of one item of a list. */
export interface ActionItem {
  /** As it was given. */
  readonly value: string
  readonly outcome: 'changed' | 'already_so' | 'planned' | 'failed'
  /** Of an item that failed: the code of the error, what was observed, and what to do. */
  readonly error?: { readonly code: string; readonly message: string; readonly remedy: string }
}

/** What an action tells. */
export interface ActionAnswer {
  readonly action: string
  readonly dryRun: boolean
  /** Whether the org is different now; of a dry run, whether it would be. */
  readonly changed: boolean
  readonly objects: readonly ActionObject[]
  readonly before: JsonObject
  readonly after: JsonObject
  readonly effects: readonly Effect[]
  readonly result?: JsonValue
  readonly items?: readonly ActionItem[]
  readonly notes: readonly string[]
  /** Okta's, of every request that changed something; of an action that reads, of every request. */
  readonly requestIds: readonly string[]
}
