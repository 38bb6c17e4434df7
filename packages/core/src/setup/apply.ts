/** @module Carries a plan out, step by step. Whatever stops it, the next run goes on and nothing is done twice. */

import { type Clock, systemClock } from '../clock.ts'
import type { Signer } from '../keys/signer.ts'
import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import { changeApp, readApp, requireApp, type ServiceApp } from '../service-app/app.ts'
import { createApp, type NewApp, registerClient } from '../service-app/create.ts'
import { grantScope, listGrants } from '../service-app/grants.ts'
import { assignRole, isRole, listRoles, type RoleAssignment } from '../service-app/roles.ts'
import type { ServiceAppCredential } from '../token/credential.ts'
import { fetchTransport, type Transport } from '../transport.ts'
import { findEarlierClient } from './earlier-client.ts'
import { readKeptApp } from './kept-app.ts'
import { newAppOf, type SetupPlan, type SetupStep, stepsOf } from './plan.ts'
import { requireOfferedScopes, requirePrerequisites } from './prerequisites.ts'
import { type AppProof, proveApp } from './prove.ts'
import { requirePublished } from './published-keys.ts'
import { SetupError } from './setup-error.ts'
import type { SetupState } from './state.ts'

/** What a setup works with. */
export interface SetupContext {
  /** Signs in as a Super Admin: with an API token, or as an app that has the role and the scopes. */
  readonly admin: Org
  /** A client of the same org with another credential; a new one each time. */
  readonly openOrg: (credential: ServiceAppCredential) => Org
  /** The private key whose public half is in the plan. */
  readonly key: Signer
  /**
   * Keeps the state where it survives a power cut. Called before the first call to the org and after each step; the next
   * step begins when it resolved.
   */
  readonly save: (state: SetupState) => Promise<void>
  /** Reads the key set behind a URL. Default: `fetch`. */
  readonly transport?: Transport
  readonly clock?: Clock
  readonly onProgress?: (progress: SetupProgress) => void
  readonly signal?: AbortSignal
}

/** What happens, for whoever shows it. */
export type SetupProgress =
  | {
      readonly event: 'begun'
      readonly step: SetupStep
      readonly number: number
      readonly of: number
    }
  | { readonly event: 'done'; readonly step: SetupStep; readonly before: boolean }
  | { readonly event: 'skipped'; readonly step: SetupStep; readonly reason: string }
  | {
      readonly event: 'waiting'
      readonly step: SetupStep
      readonly reason: string
      readonly waitMs: number
    }
  | { readonly event: 'failed'; readonly step: SetupStep; readonly error: unknown }

/** What a setup came to. */
export interface SetupResult {
  readonly state: SetupState
  /** The credential of the new app. */
  readonly credential: ServiceAppCredential
  readonly proof: AppProof
  /** The names of the app's admin roles. */
  readonly roles: readonly string[]
}

/**
 * Carries out what is not done yet, and proves the result.
 *
 * Each step may be done twice without harm: the app is known by its client id or by its key, everything else is looked
 * for before it is made.
 *
 * @throws {SetupError} `setup_prerequisite_missing` before anything is made; `setup_unproven` at the end.
 * @throws what the org said to the step that failed; `onProgress` tells which one.
 */
export async function applySetup(before: SetupState, context: SetupContext): Promise<SetupResult> {
  const run = new SetupRun(before, context)
  return run.finish()
}

/** What is known during one run, beside what is kept. */
class SetupRun {
  readonly #context: SetupContext
  readonly #clock: Clock
  #state: SetupState
  #app: ServiceApp | undefined
  #granted: Set<string> | undefined
  #roles: RoleAssignment[] | undefined

  constructor(state: SetupState, context: SetupContext) {
    this.#state = state
    this.#context = context
    this.#clock = context.clock ?? systemClock
  }

  async finish(): Promise<SetupResult> {
    const { plan, startedAt } = this.#state
    await this.#save({ startedAt: startedAt ?? this.#clock.now().toISOString() })
    await this.#findKept()
    const steps = stepsOf(plan)
    let proof: AppProof | undefined
    for (const [index, step] of steps.entries()) {
      if (this.#state.done.includes(step.id)) {
        this.#context.onProgress?.({ event: 'done', step, before: true })
        continue
      }
      this.#context.onProgress?.({ event: 'begun', step, number: index + 1, of: steps.length })
      proof = await this.#step(step)
    }
    const credential = credentialOf(this.#state, this.#context.key)
    if (proof === undefined) throw new TypeError('The last step of a plan is its proof.')
    const roles = await this.#roleLabels()
    return { state: this.#state, credential, proof, roles }
  }

  /** What an earlier run made is gone on with, and nothing else that the file may name. */
  async #findKept(): Promise<void> {
    const { admin, signal } = this.#context
    const { app } = this.#state
    this.#app = await readKeptApp(this.#state, admin, signal)
    if (app === undefined || this.#app !== undefined) return
    throw appMissing(
      'is not in the org any more',
      'Undo the setup (--undo), which removes its files, and begin again.',
    )
  }

  /** One step, told and kept. The proof is made anew by every run. */
  async #step(step: SetupStep): Promise<AppProof | undefined> {
    const { onProgress } = this.#context
    try {
      this.#context.signal?.throwIfAborted()
      if (step.kind === 'prove') {
        const proof = await this.#prove(step)
        onProgress?.({ event: 'done', step, before: false })
        return proof
      }
      const reason = await this.#perform(step)
      const { done, skipped } = this.#state
      await this.#save({
        done: [...done, step.id],
        ...(reason === undefined ? {} : { skipped: { ...skipped, [step.id]: reason } }),
      })
      if (reason === undefined) onProgress?.({ event: 'done', step, before: false })
      else onProgress?.({ event: 'skipped', step, reason })
      return undefined
    } catch (error) {
      onProgress?.({ event: 'failed', step, error })
      throw error
    }
  }

  /** Does one step. @returns why it was left out, where it was. */
  async #perform(step: Exclude<SetupStep, { kind: 'prove' }>): Promise<string | undefined> {
    const { admin, transport = fetchTransport, signal } = this.#context
    const { plan } = this.#state
    switch (step.kind) {
      case 'check-admin':
        await requirePrerequisites(admin, plan, { signal })
        await requireOfferedScopes(plan, { transport, signal })
        return undefined
      case 'check-key-set':
        await requirePublished(step.jwksUri, [plan.publicJwk], { transport, signal })
        return undefined
      case 'create-app':
        return this.#createApp(plan)
      case 'require-dpop':
        return this.#requireDpop()
      case 'use-key-set': {
        const app = await this.#readApp()
        if (app.jwksUri === step.jwksUri) return undefined
        this.#app = await changeApp(admin, app, { jwksUri: step.jwksUri }, signal)
        return undefined
      }
      case 'grant': {
        const { appId } = requireMade(this.#state)
        this.#granted ??= new Set(
          (await listGrants(admin, appId, signal)).map(({ scope }) => scope),
        )
        if (!this.#granted.has(step.scope)) await grantScope(admin, appId, step.scope, signal)
        return undefined
      }
      case 'assign': {
        const { clientId } = requireMade(this.#state)
        this.#roles ??= await listRoles(admin, clientId, signal)
        if (this.#roles.some((assignment) => isRole(assignment, step.role))) return undefined
        this.#roles.push(await assignRole(admin, clientId, step.role, signal))
        return undefined
      }
    }
  }

  async #createApp(plan: SetupPlan): Promise<undefined> {
    const { admin, signal } = this.#context
    this.#app =
      plan.clientId === undefined
        ? await requireApp(admin, await this.#registerClient(newAppOf(plan)), signal)
        : await createApp(admin, newAppOf(plan), plan.clientId, signal)
    const { appId, clientId } = this.#app
    this.#state = { ...this.#state, app: { appId, clientId } }
    return undefined
  }

  /** The org chooses the client id, so what an earlier run may have registered is looked for with patience. */
  async #registerClient(app: NewApp): Promise<string> {
    const { admin, signal } = this.#context
    if (this.#state.registering === true) {
      const found = await findEarlierClient(admin, app, { clock: this.#clock, signal })
      if (found !== undefined) return found
    }
    await this.#save({ registering: true })
    return registerClient(admin, app, signal)
  }

  /** Dynamic registration has no field for DPoP, so the app is changed, where the credential may do that. */
  async #requireDpop(): Promise<string | undefined> {
    const { admin, signal } = this.#context
    const app = await this.#readApp()
    if (app.dpopRequired) return undefined
    try {
      this.#app = await changeApp(admin, app, { dpopRequired: true }, signal)
      return undefined
    } catch (error) {
      if (!(error instanceof ApiError) || error.okta.status !== 403) throw error
      return 'The admin credential may not change the app: switch "Require Demonstrating Proof of Possession (DPoP) header in token requests" on under General > General Settings > Edit.'
    }
  }

  #prove(step: SetupStep): Promise<AppProof> {
    const { openOrg, key, signal, onProgress } = this.#context
    return proveApp(credentialOf(this.#state, key), this.#state.plan.roles, {
      openOrg,
      clock: this.#clock,
      signal,
      onWait: (reason, waitMs) => onProgress?.({ event: 'waiting', step, reason, waitMs }),
    })
  }

  async #readApp(): Promise<ServiceApp> {
    const { admin, signal } = this.#context
    this.#app ??= await readApp(admin, requireMade(this.#state).appId, signal)
    return this.#app
  }

  async #roleLabels(): Promise<readonly string[]> {
    const { admin, signal } = this.#context
    const { clientId } = requireMade(this.#state)
    if (this.#state.plan.roles.length === 0) return []
    this.#roles ??= await listRoles(admin, clientId, signal)
    return this.#roles.map(({ label, type }) => label ?? type)
  }

  async #save(change: Partial<SetupState>): Promise<void> {
    this.#state = { ...this.#state, ...change }
    await this.#context.save(this.#state)
  }
}

/** What signs in as the app of a setup. @throws {SetupError} `setup_app_missing` before it is made. */
export function credentialOf(state: SetupState, key: Signer): ServiceAppCredential {
  const { clientId } = requireMade(state)
  const { scopes, dpopRequired } = state.plan
  return {
    kind: 'service-app',
    clientId,
    key,
    scopes,
    ...(dpopRequired && !('require-dpop' in state.skipped) ? { dpopRequired: true } : {}),
  }
}

function requireMade({ app }: SetupState): NonNullable<SetupState['app']> {
  if (app !== undefined) return app
  throw appMissing('has not been made yet', 'Run the setup again: it begins with what is missing.')
}

function appMissing(how: string, remedy: string): SetupError {
  return new SetupError('setup_app_missing', `The app of this setup ${how}.`, { remedy })
}
