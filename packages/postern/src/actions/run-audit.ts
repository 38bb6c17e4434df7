/** @module The audit rows of one run: of what only reads one, put together with others; of a change one before it is made too. */

import {
  type Action,
  type ActionAnswer,
  type Calls,
  PosternError,
  type Prepared,
} from '@postern/core'
import { type AuditEntry, appendAudit, type Caller } from '../store/audit.ts'
import type { ActionsContext } from './context.ts'

/** A run as its rows tell it. */
export interface AuditedRun {
  readonly by: Caller
  /** The name of the connection. */
  readonly connection: string
  readonly action: Action
  readonly dryRun: boolean
  /** As it was given; of it the names of its members are told, and no value. */
  readonly given: unknown
  /** The id of the plan that it applies. */
  readonly planId: string | undefined
}

// Of ten thousand objects the first ones say what it was about.
const MAX_NOTED = 100

/** Writes the rows of one run. */
export class RunAudit {
  readonly #context: ActionsContext
  readonly #entry: Omit<AuditEntry, 'outcome'>
  #begun: { readonly calls: Calls } | undefined

  constructor(context: ActionsContext, { by, connection, action, ...run }: AuditedRun) {
    this.#context = context
    const details = {
      arguments: namesOf(action, run.given),
      ...auditedOf(action, run.given),
      ...(run.dryRun ? { dryRun: true } : {}),
      ...(run.planId === undefined ? {} : { plan: run.planId }),
    }
    this.#entry = { ...by, action: 'action.run', connection, target: action.name, details }
  }

  /** Notes that a change begins, in the transaction of the caller. @throws {AuditError} `audit_unwritable`: nothing is changed then. */
  async begin(found: Prepared & { readonly calls: Calls }): Promise<void> {
    const details = { ...this.#entry.details, ...factsOf(found) }
    const { store, clock } = this.#context
    await appendAudit(store, { ...this.#entry, outcome: 'begun', details }, clock.now())
    this.#begun = { calls: found.calls }
  }

  /** Notes an answer. @throws {AuditError} `audit_unwritable` where nothing was changed: the answer is not given then. */
  async succeed(answer: ActionAnswer): Promise<void> {
    const { changed, items = [], requestIds } = answer
    const count = (outcome: string) => items.filter((item) => item.outcome === outcome).length
    const details = {
      ...factsOf(answer),
      changed,
      ...(items.length === 0 ? {} : { items: items.length, failed: count('failed') }),
      ...(requestIds.length === 0 ? {} : { oktaRequestIds: requestIds.slice(0, MAX_NOTED) }),
    }
    await this.#end(outcomeOf(answer), details)
  }

  /** Notes what stopped it. What stopped it is worth more than that it cannot be written down. */
  async fail(error: unknown): Promise<void> {
    const { changeIds = [] } = this.#begun?.calls ?? {}
    const details = changeIds.length === 0 ? {} : { oktaRequestIds: changeIds.slice(0, MAX_NOTED) }
    await this.#end(codeOf(error), details).catch(() => undefined)
  }

  async #end(outcome: string, more: object): Promise<void> {
    const { store, clock, log, auditBatch } = this.#context
    const entry = { ...this.#entry, outcome, details: { ...this.#entry.details, ...more } }
    if (this.#begun === undefined) return auditBatch.add(entry)
    // It is done; whoever asked hears of that, and the row before tells that it was begun.
    await appendAudit(store, entry, clock.now()).catch((err: unknown) =>
      log.error(
        { err, requestId: entry.requestId },
        'the outcome of an action could not be written',
      ),
    )
  }
}

/** How a run came out: `partial` where some of a list failed. */
export function outcomeOf({ items = [] }: Pick<ActionAnswer, 'items'>): 'ok' | 'partial' {
  return items.some(({ outcome }) => outcome === 'failed') ? 'partial' : 'ok'
}

/** The code of what stopped a run. */
export function codeOf(error: unknown): string {
  if (error instanceof PosternError) return error.code
  return error instanceof Error && error.name === 'AbortError' ? 'interrupted' : 'unknown'
}

function factsOf({ objects, effects }: Pick<Prepared, 'objects' | 'effects'>) {
  return { objects: objects.slice(0, MAX_NOTED).map(({ id }) => id), effects: effects.length }
}

const MAX_NOTED_CHARACTERS = 1_024

/** The values that the action has in an audit log: a method, a path without its query. */
function auditedOf({ parameters }: Action, given: unknown): Readonly<Record<string, string>> {
  const values: Readonly<Record<string, unknown>> = isMembers(given) ? given : {}
  const audited = parameters.flatMap(({ name, audited }) => {
    const value = audited ? values[name] : undefined
    if (typeof value !== 'string') return []
    const [noted = ''] = value.split('?', 1)
    return [[name, noted.slice(0, MAX_NOTED_CHARACTERS)] as const]
  })
  return Object.fromEntries(audited)
}

function isMembers(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null
}

/** Of the arguments that were given, the names that it takes: any other may be anything. */
function namesOf({ parameters }: Action, given: unknown): readonly string[] {
  if (!isMembers(given)) return []
  return parameters.map(({ name }) => name).filter((name) => Object.hasOwn(given, name))
}
