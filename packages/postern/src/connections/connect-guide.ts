/** @module The guide of a Connect session: a person makes the app in the Admin Console, the key of which is made and kept here. */

import { type GuideOutcome, parseOrgUrl, type SetupPlan } from '@postern/core'
import type { PlanRequest } from '../config/setup-plan.ts'
import { UsageError } from '../config/usage-error.ts'
import type { Caller } from '../store/audit.ts'
import type { ConnectSessionSettings } from '../store/connect-session-values.ts'
import { type ConnectSessionRow, updateConnectSession } from '../store/connect-sessions.ts'
import { findSetup } from '../store/setups.ts'
import { requireRoom } from './connect.ts'
import { alone, attempt, type SessionAttempt } from './connect-attempt.ts'
import { requireAllowed } from './connect-draft.ts'
import { scopeTexts } from './connect-scopes.ts'
import { fieldNotAllowed, guideTaken } from './connect-session-error.ts'
import { refuseEnded, requireOpen } from './connect-session-life.ts'
import type { Guide, GuidedSetups, StepAnswer } from './guided-setups.ts'
import { setupNotFound } from './setup-not-found.ts'
import type { SetupsContext } from './setup-session.ts'
import { parseKeptSetup } from './stored-setup.ts'
import type { TrialOptions, TrialVerdict } from './trial.ts'

/** What the guide of a session works with. */
export interface ConnectGuideContext extends SetupsContext {
  readonly guidedSetups: GuidedSetups
}

/** The app that a person is guided to. */
export interface ConnectGuideRequest {
  readonly orgUrl?: string | undefined
  readonly bundle?: string | undefined
  readonly scopes?: string | readonly string[] | undefined
  readonly keys?: 'okta' | 'url' | undefined
}

const CHANGES = 'access-management'

/**
 * The steps to the app of a session, with the public key of a pair that is made here; or to the one that was begun.
 *
 * @throws {ConnectSessionError} `connect_field_not_allowed`, `connect_guide_taken`; {@link OrgUrlError}
 */
export function beginGuide(
  context: ConnectGuideContext,
  id: string,
  asked: ConnectGuideRequest,
  of: { readonly by: Caller; readonly signal?: AbortSignal | undefined },
): Promise<Guide> {
  return alone(context, { id, signal: of.signal }, (row) => begin(context, row, asked, of.by))
}

async function begin(
  context: ConnectGuideContext,
  row: ConnectSessionRow,
  asked: ConnectGuideRequest,
  by: Caller,
): Promise<Guide> {
  const { store, clock, dev, guidedSetups } = context
  const { name, settings } = row
  const { given } = settings
  if (!settings.methods.includes('service-app')) throw fieldNotAllowed('keys')
  const customDomains = await context.customDomains()
  const { org } = parseOrgUrl(asked.orgUrl || given.orgUrl || '', { dev, customDomains })
  const { bundle, scopes, keys } = asked
  requireAllowed(settings, { orgUrl: org, keys, scopes: scopes ?? bundle })
  await requireRoom(context, name)
  const isOthers = await isBegunElsewhere(context, name)
  const request = {
    name,
    orgUrl: org,
    ...scopesOf(settings, asked),
    keys,
    description: given.description,
    isFromPage: true,
  } as const
  const guide = await guidedSetups.begin(request, by).catch((error: unknown) => {
    // What to do about another plan is for whoever made it.
    throw isOthers && error instanceof UsageError ? guideTaken(name) : error
  })
  const draft = { ...(row.draft ?? { members: {} }), isGuided: true } as const
  const kept = await updateConnectSession(store, row.id, { draft }, clock.now())
  if (kept === undefined) await refuseEnded(store, row.id)
  return guide
}

/** Looks whether a step is done. @throws {ConnectSessionError} `connect_field_not_allowed` */
export async function checkGuide(
  context: ConnectGuideContext,
  id: string,
  answer: Omit<StepAnswer, 'name'>,
  of: { readonly by: Caller; readonly signal?: AbortSignal | undefined },
): Promise<GuideOutcome> {
  const { name, settings, draft } = await requireOpen(context, id)
  if (draft?.isGuided !== true) return setupNotFound(name)
  requireAllowed(settings, { clientId: answer.clientId })
  await requireRoom(context, name)
  const options = { requirePlan: planGuard(settings), signal: of.signal }
  return context.guidedSetups.check({ ...answer, name }, of.by, options)
}

/** Tries the app that a person made, and keeps the connection, as a try of values does. */
export function finishGuide(
  context: ConnectGuideContext,
  id: string,
  of: { readonly by: Caller; readonly isKept: (verdict: TrialVerdict) => boolean },
  { onFinding, signal }: TrialOptions,
): Promise<SessionAttempt> {
  const { by, isKept } = of
  return attempt(context, { id, by, signal }, async ({ session, lease, endConnected }) => {
    const { name, settings, draft } = session
    if (draft?.isGuided !== true) return setupNotFound(name)
    await requireRoom(context, name)
    const request = { name, clientId: settings.given.clientId }
    const tried = await context.guidedSetups.try(request, by, {
      onFinding,
      signal: lease.signal,
      requirePlan: planGuard(settings),
      wants: settings.wants,
      isKept,
      within: endConnected,
    })
    return { ...tried, warnings: [] }
  })
}

/** The scopes of the new app, and the roles that let it use them. */
function scopesOf(
  { given, wants }: ConnectSessionSettings,
  { bundle, scopes }: ConnectGuideRequest,
): Pick<PlanRequest, 'bundle' | 'scopes'> {
  if (given.scopes !== undefined) return withRoles(given.scopes)
  if (scopes !== undefined && scopes !== '') {
    return bundle ? { bundle, scopes } : withRoles(scopes)
  }
  if (bundle) return { bundle }
  return wants === undefined ? {} : withRoles(wants)
}

/** Scopes that allow changes need a role that does so too: those of the bundle that is for them. */
function withRoles(scopes: string | readonly string[]): Pick<PlanRequest, 'bundle' | 'scopes'> {
  const isReading = scopeTexts(scopes).every((scope) => scope.endsWith('.read'))
  return isReading ? { scopes } : { bundle: CHANGES, scopes }
}

/** Refuses a plan of the same name that another session, or a command, has begun for something else. */
function planGuard({ given }: ConnectSessionSettings): (plan: SetupPlan) => void {
  return ({ name, org, scopes }) => {
    const isOrg = given.orgUrl === undefined || given.orgUrl === org
    const fixed = given.scopes === undefined ? scopes : scopeTexts(given.scopes)
    const areScopes = scopes.every((scope) => fixed.includes(scope))
    if (!isOrg || !areScopes) throw guideTaken(name)
  }
}

/**
 * Whether a setup of that name was begun by a command, or a program.
 *
 * @throws {ConnectSessionError} `connect_guide_taken` where it may have made the app already.
 */
async function isBegunElsewhere(context: ConnectGuideContext, name: string): Promise<boolean> {
  const row = await findSetup(context.store, name)
  if (row === undefined) return false
  const { state, isFromPage = false } = parseKeptSetup(row, await context.customDomains())
  if (state.startedAt !== undefined && !state.guided) throw guideTaken(name)
  return !isFromPage
}
