/** @module Setups of which a person does the org's side, in the Admin Console or with another tool; the key stays in the store. */

import {
  credentialOf,
  type Finding,
  type GuideAnswers,
  type GuideContext,
  type GuideOutcome,
  type GuideStep,
  guideToServiceApp,
  Org,
  PosternError,
  parseClientId,
  proveApp,
  type SetupPlan,
  type SetupState,
} from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import { type ConnectionRow, deleteConnection } from '../store/connections.ts'
import { withLease } from '../store/leases.ts'
import { listAbandonedSetups } from '../store/setups.ts'
import { valuesOfCredential } from './credential.ts'
import { setupNotFound } from './setup-not-found.ts'
import {
  type SetupRequest,
  type SetupSession,
  type SetupsContext,
  withSetup,
} from './setup-session.ts'
import type { FinishedSetup } from './setups.ts'
import { resultOf, type TrialOptions, type TrialVerdict, tryOut, verdictOf } from './trial.ts'

/** A guide and how far a person got with it. */
export interface Guide {
  readonly steps: readonly GuideStep[]
  readonly state: SetupState
}

/** What a person says about a step. */
export interface StepAnswer {
  readonly name: string
  /** The id of the step. */
  readonly step: string
  /** As it was typed, where the step asks for it. */
  readonly clientId?: string | undefined
  /** Passes over the look whether it is done. */
  readonly skip?: boolean | undefined
}

/** How a step is looked at. */
export interface CheckStepOptions {
  /** Throws for a plan that this is not for. */
  readonly requirePlan?: (plan: SetupPlan) => void
  readonly signal?: AbortSignal | undefined
}

/** What is wanted of an app that a person made. */
export interface TryAppOptions extends TrialOptions {
  /** Throws for a plan that this is not for. */
  readonly requirePlan: (plan: SetupPlan) => void
  /** The scopes of what the connection is for. */
  readonly wants?: readonly string[] | undefined
  /** Whether a connection that came out like this is to be kept. */
  readonly isKept: (verdict: TrialVerdict) => boolean
  /** Done in the transaction that keeps it. */
  readonly within: (findings: readonly Finding[]) => Promise<void>
}

/** What the doctor found, and the connection if it is kept. */
export interface TriedApp {
  readonly findings: readonly Finding[]
  readonly verdict: TrialVerdict
  readonly row?: ConnectionRow
}

const ABANDONED_MS = 7 * 86_400_000

/** The setups of a store that people do by hand. */
export class GuidedSetups {
  readonly #context: SetupsContext

  constructor(context: SetupsContext) {
    this.#context = context
  }

  /** The steps to the app that is wanted, with the public key of a new pair; or to the one that was begun. */
  begin(request: SetupRequest, by: Caller): Promise<Guide> {
    const deed = { ...by, action: 'setup.plan' } as const
    return withSetup(this.#context, request, deed, async (session) => {
      if (request.isFromPage) await session.makeRoom()
      const { state } = await session.prepare()
      return { steps: stepsOf(state), state }
    })
  }

  /**
   * Looks whether a step is done, and keeps that it is.
   *
   * @throws {StoredSetupError} `setup_not_found`; {@link ClientIdError} for what is no client id.
   */
  check(answer: StepAnswer, by: Caller, options: CheckStepOptions = {}): Promise<GuideOutcome> {
    const deed = { ...by, action: 'setup.check' } as const
    const work = async (session: SetupSession): Promise<GuideOutcome> => {
      const { setup, lease } = session
      const before = (await setup.readSetup()) ?? setupNotFound(answer.name)
      options.requirePlan?.(before.plan)
      const step = stepsOf(before).find(({ id }) => id === answer.step) ?? unknownStep(before)
      const state = withClient(before, answer.clientId)
      const answers = answersOf(state)
      const outcome: GuideOutcome = answer.skip
        ? { status: 'unknown', observed: 'This step was left to you.' }
        : await step.check(answers, await this.#contextOf(session, state, lease.signal))
      const done = [
        ...new Set([...state.done, ...(outcome.status === 'todo' ? [] : [`guide ${step.id}`])]),
      ]
      const startedAt = state.startedAt ?? this.#context.clock.now().toISOString()
      await setup.saveSetup({ ...state, done, startedAt, guided: true })
      return outcome
    }
    return withSetup(this.#context, { name: answer.name }, deed, work, options)
  }

  /**
   * Proves an app that a person or another tool made for the plan, and keeps the connection.
   *
   * @throws {StoredSetupError} `setup_not_found`
   * @throws {ClientIdError} where the client id is neither given nor known.
   */
  finish(
    { name, clientId }: { readonly name: string; readonly clientId?: string | undefined },
    by: Caller,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<FinishedSetup> {
    const deed = { ...by, action: 'setup.apply' } as const
    const work = async (session: SetupSession): Promise<FinishedSetup> => {
      const kept = (await session.setup.readSetup()) ?? setupNotFound(name)
      const { key } = await session.prepare()
      const { plan } = kept
      const state = withClient(kept, clientId ?? kept.app?.clientId ?? plan.clientId ?? '')
      const proof = await proveApp(credentialOf(state, key), plan.roles, {
        openOrg: await session.clients(plan),
        clock: this.#context.clock,
        signal: session.lease.signal,
      })
      const row = await session.keep({ ...state, guided: true }, key)
      return { row, state, proof, roles: [] }
    }
    return withSetup(this.#context, { name }, deed, work, options)
  }

  /**
   * Lets the doctor look at the app that a person made, and keeps the connection if that is wanted of what it found.
   *
   * @throws {StoredSetupError} `setup_not_found`; {@link ClientIdError} where the client id is not known.
   */
  try(
    { name, clientId }: { readonly name: string; readonly clientId?: string | undefined },
    by: Caller,
    options: TryAppOptions,
  ): Promise<TriedApp> {
    const deed = { ...by, action: 'setup.apply' } as const
    const work = async (session: SetupSession): Promise<TriedApp> => {
      const kept = (await session.setup.readSetup()) ?? setupNotFound(name)
      options.requirePlan(kept.plan)
      const { key } = await session.prepare()
      const state = withClient(kept, clientId ?? kept.app?.clientId ?? kept.plan.clientId ?? '')
      const credential = { ...credentialOf(state, key), key }
      const { wants } = options
      const values = valuesOfCredential(kept.plan.org, credential)
      const findings = await tryOut(
        this.#context,
        { org: kept.plan.org, values, wants },
        { onFinding: options.onFinding, signal: session.lease.signal },
      )
      const verdict = verdictOf({ credential, findings })
      if (!options.isKept(verdict)) return { findings, verdict }
      const doctor = resultOf(findings, this.#context.clock.now())
      const within = () => options.within(findings)
      const row = await session.keep({ ...state, guided: true }, key, { doctor, wants, within })
      return { findings, verdict, row }
    }
    return withSetup(this.#context, { name }, deed, work, options)
  }

  /** Removes, with their keys, the setups that people began on the Connect page and left a week ago. */
  async removeAbandoned(): Promise<void> {
    const { store, clock } = this.#context
    const now = clock.now()
    const since = new Date(now.getTime() - ABANDONED_MS)
    for (const { id, name } of await listAbandonedSetups(store, since)) {
      const entry = { actor: 'postern', action: 'setup.undo', connection: name, outcome: 'ok' }
      await withLease(store, `setup ${name}`, (lease) =>
        lease.transaction(async () => {
          const left = await listAbandonedSetups(store, since)
          if (!left.some((setup) => setup.id === id)) return
          await deleteConnection(store, id)
          await appendAudit(store, entry, now)
        }),
      )
    }
  }

  async #contextOf(
    session: SetupSession,
    { plan }: SetupState,
    signal: AbortSignal,
  ): Promise<GuideContext> {
    const { clock, dev } = this.#context
    const customDomains = await this.#context.customDomains()
    const transport = session.transportFor(plan)
    const { key } = await session.prepare()
    return {
      openOrg: (url, credential) =>
        new Org({ url, credential, clock, dev, customDomains, transport }),
      transport,
      key,
      signal,
    }
  }
}

function stepsOf({ plan }: SetupState): readonly GuideStep[] {
  const { label, publicJwk, scopes, roles, jwksUri } = plan
  const place = jwksUri === undefined ? {} : { jwksUri }
  return guideToServiceApp({ label, publicJwk, scopes, roles, ...place })
}

function withClient(state: SetupState, text: string | undefined): SetupState {
  if (text === undefined) return state
  const { clientId } = parseClientId(text)
  return { ...state, app: { appId: clientId, clientId }, guided: true }
}

function answersOf({ plan, app }: SetupState): GuideAnswers {
  return { org: plan.org, ...(app === undefined ? {} : { clientId: app.clientId }) }
}

/** A step that no guide has. */
class GuideStepError extends PosternError<'setup_step_unknown'> {
  override readonly name = 'GuideStepError'
}

function unknownStep(state: SetupState): never {
  throw new GuideStepError('setup_step_unknown', 'The guide has no such step.', {
    remedy: `Name one of its steps: ${stepsOf(state)
      .map(({ id }) => id)
      .join(', ')}.`,
  })
}
