/** @module The app that the kept state of a setup names: that one, and no other. */

import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import { findApp, readApp, type ServiceApp } from '../service-app/app.ts'
import { SetupError } from './setup-error.ts'
import type { SetupState } from './state.ts'

/**
 * Reads the app of a state; undefined where it is gone, or was never noted.
 *
 * @throws {SetupError} `setup_state_invalid` where the kept ids are not of one app: the file was changed, and which app is
 *   meant is for a person to say.
 */
export async function readKeptApp(
  { app, plan }: Pick<SetupState, 'app' | 'plan'>,
  admin: Org,
  signal?: AbortSignal,
): Promise<ServiceApp | undefined> {
  if (app === undefined) return undefined
  const found = await unlessGone(readApp(admin, app.appId, signal))
  if (found?.clientId === app.clientId) return found
  const search = { label: plan.label, ...(signal === undefined ? {} : { signal }) }
  const moved = await findApp(admin, app.clientId, search)
  if (found === undefined && moved === undefined) return undefined
  throw new SetupError(
    'setup_state_invalid',
    `The kept state of the setup cannot be used: ${app.appId} is not the app with its client id.`,
    {
      remedy:
        'Use the file as Postern wrote it; or delete the app in the Admin Console: Applications > Applications > the app > Deactivate, then Delete.',
      details: { appId: app.appId },
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
