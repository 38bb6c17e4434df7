/** @module Plans: a change that is looked at and approved by somebody else before it is made. */

import {
  type ActionItem,
  type ActionObject,
  type Effect,
  type JsonObject,
  type Prepared,
  parseArguments,
  prepareAction,
  Secret,
} from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  digestOf,
  idPattern,
  isSameDigest,
  newId,
  newSecretText,
  secretPattern,
} from '../store/digest.ts'
import {
  countApplied,
  deletePlans,
  insertPlan,
  listPlans,
  type PlanQuery,
  type PlanRow,
  readPlan,
  updatePlan,
} from '../store/plans.ts'
import type { PlanState } from '../store/schema.ts'
import { putSealed, readSecret } from '../store/secrets.ts'
import { holdStandingApprovals, readStandingApprovals } from '../store/standing-approvals.ts'
import { notAllowed } from './action-refusal.ts'
import { canonicalJson } from './canonical-json.ts'
import type { ActionsContext } from './context.ts'
import type { KnownActions } from './known-actions.ts'
import {
  notOpen,
  otherArguments,
  ownPlan,
  planNotFound,
  planNotNeeded,
  planTooMany,
} from './plan-error.ts'
import type { ActionRights } from './rights.ts'
import { coveringApprovals, nameOfApproval } from './standing.ts'

/** What is planned. */
export interface PlanRequest {
  /** The name of the connection. */
  readonly connection: string
  readonly action: string
  readonly arguments?: unknown
}

/** What an action would do, as it was found when it was planned. */
export interface PlanContent {
  readonly arguments: JsonObject
  readonly objects: readonly ActionObject[]
  readonly before: JsonObject
  readonly after: JsonObject
  readonly effects: readonly Effect[]
  readonly items?: readonly ActionItem[]
  readonly notes: readonly string[]
  /** How far the effects go; null where nothing is known of that. */
  readonly reach: JsonObject | null
}

/** A plan in a list: who asked for what, and what has come of it. */
export interface PlanSummary {
  readonly id: string
  readonly connection: string
  readonly action: string
  readonly state: PlanState | 'expired'
  readonly requestedBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  /** Who approved or refused it; `standing:…` where the operator did so before. */
  readonly decidedBy?: string
  readonly decidedAt?: Date
  readonly appliedAt?: Date
}

/** A plan with what it would do. */
export interface PlanView extends PlanSummary, PlanContent {
  /** `given`: it can be applied now. */
  readonly approval: 'needed' | 'given'
}

/** A plan that was made, and the code that applies it, which nothing tells again. */
export interface CreatedPlan {
  readonly plan: PlanView
  readonly code: Secret
}

/** A plan whose code was shown. */
export interface RedeemedPlan {
  readonly row: PlanRow
  readonly content: PlanContent
}

const LIFE_MS = 5 * 60 * 1_000
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000
const DAY_MS = 24 * 60 * 60 * 1_000
const MAX_OPEN = 100
const CODE = new RegExp(`^plan_(${idPattern})_(${secretPattern})$`)

/** The plans of a store. */
export class Plans {
  readonly #context: ActionsContext
  readonly #known: KnownActions

  constructor(context: ActionsContext, known: KnownActions) {
    this.#context = context
    this.#known = known
  }

  /**
   * Finds what an action would do and keeps that as a plan, which is good for five minutes.
   *
   * @throws {ActionRefusal} `action_not_allowed`; {@link PlanError} `plan_not_needed`, `plan_too_many`.
   * @throws what preparing the action throws.
   */
  async create(
    request: PlanRequest,
    { by, rights }: { readonly by: Caller; readonly rights: ActionRights },
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<CreatedPlan> {
    const { store, seal, clock, connections } = this.#context
    const action = await this.#known.get(request.action, request.connection)
    if (rights.actionRight(request.connection, action) === undefined) throw notAllowed(action)
    if (action.effect === 'read') throw planNotNeeded(action.name)
    const { org, row: connection } = await connections.open(request.connection)
    const prepared = await prepareAction(org, action, request.arguments, { signal })
    const { objects, before, after, effects, items, notes = [] } = prepared
    const content: PlanContent = {
      arguments: parseArguments(action, request.arguments).values,
      ...{ objects, before, after, effects, notes },
      ...(items === undefined ? {} : { items }),
      reach: (await prepared.reach?.()) ?? null,
    }
    const id = newId()
    const secret = newSecretText()
    const sealed = await seal.seal(placeOf(id), new Secret(JSON.stringify(content)))
    const createdAt = clock.now()
    const row = {
      id,
      connection_id: connection.id,
      action: action.name,
      requested_by: by.actor,
      code_hash: digestOf(secret),
      created_at: createdAt,
      expires_at: new Date(createdAt.getTime() + LIFE_MS),
    }
    await store.transaction(async () => {
      if (!(await insertPlan(store, row, MAX_OPEN))) throw planTooMany(MAX_OPEN)
      await putSealed(store, seal, placeOf(id), sealed)
      await this.#audit('plan.create', { ...row, connection: connection.name }, by, {
        action: action.name,
        objects: objects.slice(0, MAX_NOTED).map((object) => object.id),
        effects: effects.length,
      })
    })
    return { plan: await this.show(id), code: new Secret(`plan_${id}_${secret}`) }
  }

  /** The newest plans that the actor asked for, and those of the connections. @param connections - undefined: every one */
  async list(
    of: Omit<PlanQuery, 'open'> & {
      /** `waiting`: those alone that can still be decided on. */
      readonly state?: 'waiting' | undefined
    },
  ): Promise<readonly PlanSummary[]> {
    const now = this.#context.clock.now()
    const { state, ...which } = of
    const open = state && { state, now }
    const rows = await listPlans(this.#context.store, { ...which, open })
    return rows.map((row) => summaryOf(row, now))
  }

  /** A plan without what it would do. @throws {PlanError} `plan_not_found` */
  async find(id: string): Promise<PlanSummary> {
    return summaryOf(await this.#row(id), this.#context.clock.now())
  }

  /** @throws {PlanError} `plan_not_found` */
  async show(id: string): Promise<PlanView> {
    const row = await this.#row(id)
    const content = await this.#content(row)
    const summary = summaryOf(row, this.#context.clock.now())
    const isGiven =
      summary.state === 'approved' ||
      (summary.state === 'waiting' && (await this.#isApprovedAlready(row, content)))
    return { ...summary, ...content, approval: isGiven ? 'given' : 'needed' }
  }

  /** Approves a plan of somebody else. @throws {PlanError} `plan_not_found`, `plan_own`, and why it cannot be approved now */
  approve(id: string, by: Caller): Promise<PlanView> {
    return this.#decide(id, 'approved', by)
  }

  /** Refuses a plan of somebody else, approved or not. @throws {PlanError} as {@link Plans.approve} says. */
  refuse(id: string, by: Caller): Promise<PlanView> {
    return this.#decide(id, 'refused', by)
  }

  /**
   * The plan of a code, for whoever asked for it. Nothing is used up: {@link Plans.apply} does that.
   *
   * @throws {PlanError} `plan_not_found` for another code, requester or connection; `plan_other_arguments`; why it cannot be
   *   applied now.
   */
  async redeem(
    code: string,
    asked: {
      readonly connectionId: string
      readonly action: string
      readonly actor: string
      /** Undefined: those that were planned. */
      readonly arguments: JsonObject | undefined
    },
  ): Promise<RedeemedPlan> {
    const [, id = '', secret = ''] = CODE.exec(code) ?? []
    const row = id === '' ? undefined : await readPlan(this.#context.store, id)
    const isSame = isSameDigest(row?.code_hash ?? new Uint8Array(32), digestOf(secret))
    if (row === undefined || !isSame) throw planNotFound()
    if (row.requested_by !== asked.actor || row.connection_id !== asked.connectionId)
      throw planNotFound()
    const content = await this.#content(row)
    const { arguments: given = content.arguments } = asked
    if (row.action !== asked.action || canonicalJson(given) !== canonicalJson(content.arguments))
      throw otherArguments(row)
    this.#requireOpen(row, ['waiting', 'approved'])
    return { row, content }
  }

  /**
   * Uses a plan up, in the transaction that notes the beginning of its change: nobody applies it twice.
   *
   * @throws {PlanError} `plan_not_approved` where neither a person nor the operator's standing approval covers what was found;
   *   `plan_other_arguments` where it would send another request by now; `plan_used`, `plan_expired`, `plan_refused`.
   */
  async apply(
    { row, content }: RedeemedPlan,
    found: Pick<Prepared, 'objects' | 'effects' | 'after'>,
    by: Caller,
  ): Promise<void> {
    const { store, clock } = this.#context
    // An action that was declared anew meanwhile has the same effects, and may send another request.
    if (canonicalJson(found.after['request']) !== canonicalJson(content.after['request']))
      throw otherArguments(row)
    await store.transaction(async () => {
      const now = clock.now()
      const isApproved = (await this.#row(row.id)).state === 'approved'
      const standing = isApproved ? undefined : await this.#standingFor(row, found, now)
      const decision =
        standing === undefined ? {} : { decided_by: nameOfApproval(standing), decided_at: now }
      const isFree = isApproved || standing !== undefined || found.effects.length === 0
      const change = { state: 'applied', applied_at: now, ...decision } as const
      const states: PlanState[] = isApproved ? ['approved'] : ['waiting']
      if (!isFree || !(await updatePlan(store, row.id, change, { states, now })))
        throw notOpen(await this.#row(row.id), now)
      await this.#audit('plan.apply', row, by)
    })
  }

  /** Deletes the plans that were kept long enough. */
  async removeOld(): Promise<void> {
    const { store, clock } = this.#context
    await deletePlans(store, { createdBefore: new Date(clock.now().getTime() - KEPT_MS) })
  }

  async #decide(id: string, state: 'approved' | 'refused', by: Caller): Promise<PlanView> {
    const { store, clock } = this.#context
    await store.transaction(async () => {
      const row = await this.#row(id)
      if (row.requested_by === by.actor) throw ownPlan(row)
      const now = clock.now()
      const states: PlanState[] = state === 'approved' ? ['waiting'] : ['waiting', 'approved']
      const change = { state, decided_by: by.actor, decided_at: now }
      if (!(await updatePlan(store, id, change, { states, now })))
        throw notOpen(await this.#row(id), now)
      await this.#audit(state === 'approved' ? 'plan.approve' : 'plan.refuse', row, by)
    })
    return this.show(id)
  }

  /** The first standing approval that covers what was found and is not used up. In a transaction, in which nobody else counts. */
  async #standingFor(row: PlanRow, found: Pick<Prepared, 'objects' | 'effects'>, now: Date) {
    const { store } = this.#context
    const approvals = await holdStandingApprovals(store, row.connection_id)
    const since = new Date(now.getTime() - DAY_MS)
    for (const approval of coveringApprovals(approvals, { ...found, action: row.action })) {
      if (approval.perDay === undefined) return approval
      const decidedBy = nameOfApproval(approval)
      const used = await countApplied(store, row.connection_id, { decidedBy, since })
      if (used < approval.perDay) return approval
    }
    return undefined
  }

  async #isApprovedAlready(row: PlanRow, content: PlanContent): Promise<boolean> {
    if (content.effects.length === 0) return true
    const { store, clock } = this.#context
    const approvals = await readStandingApprovals(store, row.connection_id)
    if (coveringApprovals(approvals, { ...content, action: row.action }).length === 0) return false
    return store.transaction(
      async () => (await this.#standingFor(row, content, clock.now())) !== undefined,
    )
  }

  #requireOpen(row: PlanRow, states: readonly PlanState[]): void {
    const now = this.#context.clock.now()
    if (!states.includes(row.state) || row.expires_at <= now) throw notOpen(row, now)
  }

  async #row(id: string): Promise<PlanRow> {
    const row = await readPlan(this.#context.store, id)
    if (row === undefined) throw planNotFound()
    return row
  }

  async #content({ id }: PlanRow): Promise<PlanContent> {
    const { store, seal } = this.#context
    const text = await readSecret(store, seal, placeOf(id))
    if (text === undefined) throw planNotFound()
    return JSON.parse(text.reveal())
  }

  #audit(
    action: string,
    { id, connection }: Pick<PlanRow, 'id' | 'connection'>,
    by: Caller,
    details?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { store, clock } = this.#context
    const entry = { ...by, action, connection, target: id, outcome: 'ok', details }
    return appendAudit(store, entry, clock.now())
  }
}

// Of ten thousand objects the first ones say what it was about.
const MAX_NOTED = 100

function placeOf(id: string) {
  return { connectionId: id, kind: 'plan', label: '' } as const
}

function summaryOf(row: PlanRow, now: Date): PlanSummary {
  const isOver = (row.state === 'waiting' || row.state === 'approved') && row.expires_at <= now
  return {
    id: row.id,
    connection: row.connection,
    action: row.action,
    state: isOver ? 'expired' : row.state,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at }),
    ...(row.applied_at === null ? {} : { appliedAt: row.applied_at }),
  }
}
