/** @module Takes back what a setup made, and nothing else: the org is then as it was. */

import { type Clock, systemClock } from '../clock.ts'
import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import { deactivateApp, deleteApp, findApp, readApp, type ServiceApp } from '../service-app/app.ts'
import { isMadeOf } from '../service-app/create.ts'
import { listRoles, withdrawRole } from '../service-app/roles.ts'
import { findEarlierClient } from './earlier-client.ts'
import { newAppOf } from './plan.ts'
import { requirePrerequisites } from './prerequisites.ts'
import { SetupError } from './setup-error.ts'
import type { SetupState } from './state.ts'

/** What an undoing works with. */
export interface UndoContext {
  readonly admin: Org
  /** Keeps the state; called once everything is taken back. */
  readonly save: (state: SetupState) => Promise<void>
  readonly clock?: Clock
  readonly onProgress?: (done: UndoDeed) => void
  readonly signal?: AbortSignal
}

/** What was taken back, for whoever shows it. */
export type UndoDeed =
  | { readonly deed: 'role-withdrawn'; readonly role: string }
  | { readonly deed: 'app-deactivated' | 'app-deleted'; readonly appId: string }
  | { readonly deed: 'nothing-to-undo' }

/**
 * Withdraws the app's roles, deactivates the app and deletes it, with its grants and keys. May be run again after a
 * failure, and after a setup that stopped anywhere, also between the making of the app and the note of it.
 *
 * @throws {SetupError} `setup_prerequisite_missing`; `setup_guided` for an app that a person made.
 */
export async function undoSetup(before: SetupState, context: UndoContext): Promise<SetupState> {
  const { admin, signal, onProgress, clock = systemClock } = context
  if (before.guided) {
    throw new SetupError('setup_guided', 'The app of this setup was made by a person.', {
      remedy:
        'Delete it in the Admin Console: Applications > Applications > the app > Deactivate, then Delete.',
    })
  }
  // Whoever may not see the app would take it for gone.
  await requirePrerequisites(admin, before.plan, { signal })
  const app = before.startedAt && (await findMadeApp(before, admin, { clock, signal }))
  if (app) await removeApp(app, context)
  else onProgress?.({ deed: 'nothing-to-undo' })
  const state = { ...before, undoneAt: clock.now().toISOString() }
  await context.save(state)
  return state
}

async function removeApp(
  app: ServiceApp,
  { admin, signal, onProgress }: UndoContext,
): Promise<void> {
  const { appId, clientId } = app
  // A role belongs to the client; whether it goes with the app is not documented.
  for (const role of await listRoles(admin, clientId, signal)) {
    await withdrawRole(admin, clientId, role.assignmentId, signal)
    onProgress?.({ deed: 'role-withdrawn', role: role.label ?? role.type })
  }
  if (app.isActive) {
    await deactivateApp(admin, appId, signal)
    onProgress?.({ deed: 'app-deactivated', appId })
  }
  await deleteApp(admin, appId, signal)
  onProgress?.({ deed: 'app-deleted', appId })
}

/** The app that the setup made; undefined where it made none, or it is gone. */
async function findMadeApp(
  { app, plan, registering }: SetupState,
  admin: Org,
  options: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<ServiceApp | undefined> {
  const { signal } = options
  const search = { label: plan.label, ...(signal === undefined ? {} : { signal }) }
  if (app !== undefined) {
    const found = await unlessGone(readApp(admin, app.appId, signal))
    if (found?.clientId === app.clientId) return found
    const moved = await findApp(admin, app.clientId, search)
    // With another id than it was kept with, the file was changed, and which app is meant is for a person to say.
    if (found === undefined && moved === undefined) return undefined
    throw otherApp(app.appId)
  }
  const wanted = newAppOf(plan)
  if (plan.clientId !== undefined) {
    const found = await findApp(admin, plan.clientId, search)
    return found !== undefined && isMadeOf(found, wanted) ? found : undefined
  }
  const clientId = registering ? await findEarlierClient(admin, wanted, options) : undefined
  return clientId === undefined ? undefined : findApp(admin, clientId, search)
}

function otherApp(appId: string): SetupError {
  return new SetupError(
    'setup_state_invalid',
    `The kept state of the setup cannot be used: ${appId} is not the app with its client id.`,
    {
      remedy:
        'Use the file as Postern wrote it; or delete the app in the Admin Console: Applications > Applications > the app > Deactivate, then Delete.',
      details: { appId },
    },
  )
}

/** Undefined for what is not there. Unlike a refusal, which leaves the app where it is. */
async function unlessGone<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof ApiError && error.okta.status === 404) return undefined
    throw error
  }
}
