/** @module An app as its org describes it: found by its client id, read, changed, activated, deactivated, deleted. */

import { ApiError } from '../org/errors.ts'
import {
  isMembers,
  type Members,
  membersOf,
  requireMembers,
  requireText,
  textOf,
  textsOf,
} from '../org/members.ts'
import type { Org } from '../org/org.ts'
import { ServiceAppError } from './errors.ts'
import { type AppKey, keysIn, parseKey } from './public-keys.ts'
import { removeObject } from './remove.ts'

/** An app that is an OAuth client. */
export interface ServiceApp {
  /** Okta's own id (`0oa…`), which the Apps API takes. */
  readonly appId: string
  /** The app's id, unless another was chosen when it was made. */
  readonly clientId: string
  readonly label: string
  readonly isActive: boolean
  /** `service` for an API Services app. */
  readonly applicationType: string | undefined
  /** `private_key_jwt` for "Public key / Private key". */
  readonly authMethod: string | undefined
  readonly grantTypes: readonly string[]
  readonly dpopRequired: boolean
  /** The keys that are kept in Okta. */
  readonly keys: readonly AppKey[]
  /** "Use a URL to fetch keys dynamically"; then no keys are kept in Okta. */
  readonly jwksUri: string | undefined
  /** As Okta sent it: a change has to send all of it back. */
  readonly whole: Members
}

/** What can be changed of an app; the rest stays as it is. */
export interface AppChange {
  readonly dpopRequired?: boolean
  /** Deletes the client secrets. */
  readonly authMethod?: 'private_key_jwt'
  /** Deletes the keys that are kept in Okta. */
  readonly jwksUri?: string
  /** All keys that Okta shall keep, in the place of those it has. */
  readonly keys?: readonly Members[]
  /** In the place of those that it has. */
  readonly grantTypes?: readonly string[]
}

// What Okta adds to an app and takes from nobody.
const READ_ONLY_MEMBERS = ['_links', '_embedded', 'orn', 'created', 'lastUpdated', 'status']

/** Reads the app with this id. @throws {ApiError} `object_not_found` */
export async function readApp(org: Org, appId: string, signal?: AbortSignal): Promise<ServiceApp> {
  const answer = await org.request({ path: appPath(appId), signal })
  return parseApp(requireMembers(answer.json(), 'the app'))
}

/**
 * Finds the app of a client; undefined where the org has none.
 *
 * Okta looks apps up by their own id alone, and an app whose client id was chosen has another one: it is then found
 * among the apps of the same label.
 *
 * @param options.label - where the caller knows it; default: what the client says its name is.
 */
export async function findApp(
  org: Org,
  clientId: string,
  options: { readonly label?: string; readonly signal?: AbortSignal } = {},
): Promise<ServiceApp | undefined> {
  const { signal } = options
  const direct = await unlessRefused(readApp(org, clientId, signal))
  if (direct?.clientId === clientId) return direct
  const label = options.label ?? (await unlessRefused(readClientName(org, clientId, signal)))
  // Without a name to narrow the search, every app is looked at.
  const query = label === undefined ? {} : { q: label }
  for await (const record of org.list('/api/v1/apps', { query, limit: 200, signal })) {
    if (!isMembers(record)) continue
    if (textOf(oauthCredentials(record), 'client_id') === clientId) return parseApp(record)
  }
  return undefined
}

/** The same, where there has to be one. @throws {ServiceAppError} `app_not_found` */
export async function requireApp(
  org: Org,
  clientId: string,
  signal?: AbortSignal,
): Promise<ServiceApp> {
  const app = await findApp(org, clientId, signal === undefined ? {} : { signal })
  if (app !== undefined) return app
  throw new ServiceAppError('app_not_found', `${org.url} has no app with this client id.`, {
    remedy:
      "Copy the Client ID from the app's General tab, and check that it is an app of this org.",
    details: { clientId },
  })
}

/**
 * Changes an app. Okta replaces an app as a whole, so all of it is sent back as it came, with its keys.
 *
 * @see Okta, "Applications API" - PUT replaces
 */
export async function changeApp(
  org: Org,
  app: ServiceApp,
  change: AppChange,
  signal?: AbortSignal,
): Promise<ServiceApp> {
  const body = changedApp(app.whole, change)
  const answer = await org.request({ method: 'PUT', path: appPath(app.appId), body, signal })
  return parseApp(requireMembers(answer.json(), 'the app'))
}

/** Makes an app able to get tokens again. */
export async function activateApp(org: Org, appId: string, signal?: AbortSignal): Promise<void> {
  const path = `${appPath(appId)}/lifecycle/activate`
  await org.request({ method: 'POST', path, signal, retryable: true })
}

/** Takes an app out of use; it gets no more tokens, and can be deleted. */
export async function deactivateApp(org: Org, appId: string, signal?: AbortSignal): Promise<void> {
  const path = `${appPath(appId)}/lifecycle/deactivate`
  await org.request({ method: 'POST', path, signal, retryable: true })
}

/** Deletes an app that was deactivated, with its keys and grants. */
export async function deleteApp(org: Org, appId: string, signal?: AbortSignal): Promise<void> {
  await removeObject(org, appPath(appId), signal)
}

/** An app as the Apps API prints it. @throws {UpstreamError} `upstream_bad_response` */
export function parseApp(whole: Members): ServiceApp {
  const settings = oauthSettings(whole)
  const credentials = oauthCredentials(whole)
  const appId = requireText(whole, 'id', 'the app')
  return {
    appId,
    clientId: textOf(credentials, 'client_id') ?? appId,
    label: textOf(whole, 'label') ?? '',
    isActive: textOf(whole, 'status') === 'ACTIVE',
    applicationType: textOf(settings, 'application_type'),
    authMethod: textOf(credentials, 'token_endpoint_auth_method'),
    grantTypes: textsOf(settings, 'grant_types'),
    dpopRequired: settings['dpop_bound_access_tokens'] === true,
    keys: keysIn(membersOf(settings, 'jwks')).map(parseKey),
    jwksUri: textOf(settings, 'jwks_uri'),
    whole,
  }
}

/** What the promise gives, or undefined where the org says that the object is not there or out of reach. */
export async function unlessRefused<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise
  } catch (error) {
    const isRefusal = error instanceof ApiError && [403, 404].includes(error.okta.status)
    if (isRefusal) return undefined
    throw error
  }
}

function changedApp(whole: Members, change: AppChange): Members {
  const kept = Object.entries(whole).filter(([name]) => !READ_ONLY_MEMBERS.includes(name))
  const { authMethod } = change
  const { client_secret: _secret, ...withoutSecret } = oauthCredentials(whole)
  return {
    ...Object.fromEntries(kept),
    credentials: {
      ...membersOf(whole, 'credentials'),
      oauthClient:
        authMethod === undefined
          ? oauthCredentials(whole)
          : { ...withoutSecret, token_endpoint_auth_method: authMethod },
    },
    settings: {
      ...membersOf(whole, 'settings'),
      oauthClient: changedSettings(oauthSettings(whole), change),
    },
  }
}

function changedSettings(
  { jwks, ...settings }: Members,
  { dpopRequired, jwksUri, keys, grantTypes }: AppChange,
): Members {
  const before = keys === undefined ? (jwks === undefined ? {} : { jwks }) : { jwks: { keys } }
  return {
    ...settings,
    ...(jwksUri === undefined ? before : { jwks_uri: jwksUri }),
    ...(dpopRequired === undefined ? {} : { dpop_bound_access_tokens: dpopRequired }),
    ...(grantTypes === undefined ? {} : { grant_types: grantTypes }),
  }
}

async function readClientName(
  org: Org,
  clientId: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const path = `/oauth2/v1/clients/${encodeURIComponent(clientId)}`
  const answer = await org.request({ path, signal })
  return textOf(requireMembers(answer.json(), 'the client'), 'client_name')
}

function oauthCredentials(whole: Members): Members {
  return membersOf(membersOf(whole, 'credentials'), 'oauthClient')
}

function oauthSettings(whole: Members): Members {
  return membersOf(membersOf(whole, 'settings'), 'oauthClient')
}

function appPath(appId: string): string {
  return `/api/v1/apps/${encodeURIComponent(appId)}`
}
