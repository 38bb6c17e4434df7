/** @module Actions as callers run them: what their rules give, what somebody approved, once for each idempotency key, and audited. */

import {
  type Action,
  type ActionAnswer,
  type ActionProgress,
  PosternError,
  type PreparedAction,
  parseArguments,
  runAction,
} from '@postern/core'
import type { OpenConnection } from '../connections/opened-connection.ts'
import type { Caller } from '../store/audit.ts'
import { approvalRequired, notAllowed } from './action-refusal.ts'
import type { ActionsContext } from './context.ts'
import { withIdempotency } from './idempotency.ts'
import type { KnownActions } from './known-actions.ts'
import type { Plans, RedeemedPlan } from './plans.ts'
import type { ActionRights } from './rights.ts'
import { codeOf, outcomeOf, RunAudit } from './run-audit.ts'

/** A run that somebody asks for. */
export interface RunRequest {
  /** The name of the connection. */
  readonly connection: string
  readonly action: string
  /** Judged against the parameters of the action. With a plan they may be left out. */
  readonly arguments?: unknown
  /** Changes nothing, and answers what would be different. */
  readonly dryRun?: boolean | undefined
  /** The code of a plan: what it says is made so, and nothing else. */
  readonly plan?: string | undefined
  readonly idempotencyKey?: string | undefined
}

/** Who asks, and what their rules give. */
export interface ActionCaller {
  readonly by: Caller
  readonly rights: ActionRights
}

/** Options of {@link Actions.run}. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ActionProgress) => void) | undefined
}

/** What a run answered. */
export interface Ran {
  readonly answer: ActionAnswer
  /** Whether it is the answer of an earlier run with the same idempotency key. */
  readonly replayed: boolean
}

/** The actions of a store. */
export class Actions {
  readonly #context: ActionsContext
  readonly #known: KnownActions
  readonly #plans: Plans

  constructor(context: ActionsContext, { known, plans }: { known: KnownActions; plans: Plans }) {
    this.#context = context
    this.#known = known
    this.#plans = plans
  }

  /** Every action; of a connection, those that can be run there. */
  list(connection?: string): Promise<readonly Action[]> {
    return this.#known.list(connection)
  }

  /** @throws {ActionError} `action_unknown` */
  get(name: string, connection: string): Promise<Action> {
    return this.#known.get(name, connection)
  }

  /**
   * Runs an action.
   *
   * @throws {ActionRefusal} `action_not_allowed`, `action_approval_required`
   * @throws {PlanError} for a code that does not apply; {@link IdempotencyError} for a key that is not taken.
   * @throws {AuditError} `audit_unwritable`, before anything was changed.
   * @throws what `runAction` throws.
   */
  async run(request: RunRequest, caller: ActionCaller, options: RunOptions = {}): Promise<Ran> {
    const { connection, idempotencyKey, plan } = request
    const action = await this.#known.get(request.action, connection)
    const right = caller.rights.actionRight(connection, action)
    if (right === undefined) throw notAllowed(action)
    const isChange = action.effect === 'change' && request.dryRun !== true
    if (isChange && right === 'planned' && plan === undefined) throw approvalRequired(action)
    const open = await this.#context.connections.open(connection)
    let isBegun = false
    const onBegun = () => {
      isBegun = true
    }
    const work = () => this.#run(action, { request, caller, open, options, onBegun })
    if (idempotencyKey === undefined) return { answer: await work(), replayed: false }
    // With a plan they may be left out, and are those of the plan.
    const isGiven = plan === undefined || request.arguments !== undefined
    const values = isGiven ? parseArguments(action, request.arguments).values : null
    const asked = { action: action.name, arguments: values, dryRun: !isChange, plan: plan ?? null }
    return withIdempotency(
      this.#context,
      {
        ...{ key: idempotencyKey, actor: caller.by.actor, connectionId: open.row.id, asked },
        isDoneEachRun: isChange && action.doneEachRun === true,
        mayBeDone: (error) => isBegun && mayBeDone(error),
      },
      work,
    )
  }

  async #run(
    action: Action,
    {
      request,
      caller: { by },
      open,
      options,
      onBegun,
    }: {
      readonly request: RunRequest
      readonly caller: ActionCaller
      readonly open: OpenConnection
      readonly options: RunOptions
      /** Told before the first request that changes something. */
      readonly onBegun: () => void
    },
  ): Promise<ActionAnswer> {
    const { connection, dryRun = false } = request
    const plan = await this.#redeem(action, request, { by, connectionId: open.row.id })
    const given = request.arguments ?? plan?.content.arguments
    const planId = plan?.row.id
    const audit = new RunAudit(this.#context, { by, connection, action, dryRun, given, planId })
    const isChange = action.effect === 'change' && !dryRun
    try {
      const answer = await runAction(open.org, action, given, {
        ...options,
        dryRun,
        approvedEffects: plan?.content.effects,
        onPrepared: isChange
          ? async (found) => {
              await this.#begin(found, { plan, by, audit })
              onBegun()
            }
          : undefined,
      })
      await audit.succeed(answer)
      this.#context.onRun?.(action.name, outcomeOf(answer))
      return answer
    } catch (error) {
      await audit.fail(error)
      this.#context.onRun?.(action.name, codeOf(error))
      throw error
    }
  }

  async #redeem(
    action: Action,
    { plan, arguments: given }: RunRequest,
    { by, connectionId }: { readonly by: Caller; readonly connectionId: string },
  ): Promise<RedeemedPlan | undefined> {
    if (plan === undefined) return undefined
    const values = given === undefined ? undefined : parseArguments(action, given).values
    const asked = { connectionId, action: action.name, actor: by.actor, arguments: values }
    return this.#plans.redeem(plan, asked)
  }

  /** Uses the plan up and notes the beginning, both or neither, before the first request that changes something. */
  async #begin(
    found: PreparedAction,
    run: {
      readonly plan: RedeemedPlan | undefined
      readonly by: Caller
      readonly audit: RunAudit
    },
  ): Promise<void> {
    await this.#context.store.transaction(async () => {
      if (run.plan !== undefined) await this.#plans.apply(run.plan, found, run.by)
      if (found.effects.length > 0) await run.audit.begin(found)
    })
  }
}

/** Whether a change that was begun, and stopped so, may be done all the same: whoever stopped it knows nothing of that. */
function mayBeDone(error: unknown): boolean {
  return !(error instanceof PosternError) || error.code === 'action_outcome_unknown'
}
