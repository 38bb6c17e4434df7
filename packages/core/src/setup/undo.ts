/** @module Takes back what a setup made, and nothing else: the org is then as it was. */

import { type Clock, systemClock } from '../clock.ts'
import type { Org } from '../org/org.ts'
import { deactivateApp, deleteApp, findApp, type ServiceApp } from '../service-app/app.ts'
import { isMadeOf } from '../service-app/create.ts'
import { listRoles, withdrawRole } from '../service-app/roles.ts'
import { findEarlierClient } from './earlier-client.ts'
import { readKeptApp } from './kept-app.ts'
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
  if (app !== undefined) return readKeptApp({ app, plan }, admin, signal)
  const search = { label: plan.label, ...(signal === undefined ? {} : { signal }) }
  const wanted = newAppOf(plan)
  if (plan.clientId !== undefined) {
    const found = await findApp(admin, plan.clientId, search)
    return found !== undefined && isMadeOf(found, wanted) ? found : undefined
  }
  const clientId = registering ? await findEarlierClient(admin, wanted, options) : undefined
  return clientId === undefined ? undefined : findApp(admin, clientId, search)
}
