/** @module Judges the body that creates or replaces an app. */

import {
  optionalBoolean,
  optionalChoice,
  optionalObject,
  optionalText,
  readText,
} from '../http/fields.ts'
import { invalid } from '../http/okta-error.ts'
import type { ManagementRequest } from '../http/request.ts'
import { readJsonObject } from '../http/request.ts'
import type { JsonObject } from '../json.ts'
import { appKinds } from '../state/app-kind.ts'
import type { Org } from '../state/org.ts'
import { type OauthInput, readOauth } from './oauth-input.ts'

/** An app as it was sent, judged. */
export interface AppInput {
  readonly name: string
  readonly label: string
  readonly signOnMode: string
  readonly oauth?: OauthInput
  readonly details: JsonObject
}

const MAX_LABEL = 100

/**
 * Reads the body of `POST /api/v1/apps` and `PUT /api/v1/apps/{id}`.
 *
 * @throws {RefusedRequest} `E0000001` or `E0000003`.
 */
export function readApp(request: ManagementRequest): AppInput {
  const body = readJsonObject(request)
  const name = readText(body, 'name')
  const kind = appKinds.get(name)
  if (kind === undefined || !kind.byAdministrators) {
    throw invalid('name', `name: '${name}' is not an app that can be created here.`)
  }
  const signOnMode = readText(body, 'signOnMode')
  if (signOnMode !== kind.signOnMode) {
    throw invalid('signOnMode', `signOnMode: An app '${name}' has the mode ${kind.signOnMode}.`)
  }
  const settings = optionalObject(body, 'settings') ?? {}
  const credentials = optionalObject(body, 'credentials') ?? {}
  const oauth = signOnMode === 'OPENID_CONNECT' && {
    oauth: readOauth(
      optionalObject(credentials, 'oauthClient') ?? {},
      optionalObject(settings, 'oauthClient') ?? {},
      { httpJwksUri: mayUseHttp(request.org), defaultConsent: 'TRUSTED' },
    ),
  }
  return {
    name,
    label: readText(body, 'label', { maxLength: MAX_LABEL }),
    signOnMode,
    ...oauth,
    details: readDetails(body, settings, credentials, kind.hiddenByDefault),
  }
}

/** Whether an app of this org may name a jwks_uri without TLS. */
export function mayUseHttp(org: Org): boolean {
  return org.assumptions.jwksUriOverHttp === 'loopback'
}

function readDetails(
  body: JsonObject,
  settings: JsonObject,
  credentials: JsonObject,
  hiddenByDefault: boolean,
): JsonObject {
  const accessibility = optionalObject(body, 'accessibility') ?? {}
  const visibility = optionalObject(body, 'visibility') ?? {}
  const hide = optionalObject(visibility, 'hide') ?? {}
  const notes = optionalObject(settings, 'notes') ?? {}
  const template = optionalObject(credentials, 'userNameTemplate') ?? {}
  return {
    accessibility: {
      selfService: optionalBoolean(accessibility, 'selfService') ?? false,
      errorRedirectUrl: optionalText(accessibility, 'errorRedirectUrl') ?? null,
      loginRedirectUrl: optionalText(accessibility, 'loginRedirectUrl') ?? null,
    },
    visibility: {
      autoLaunch: optionalBoolean(visibility, 'autoLaunch') ?? false,
      autoSubmitToolbar: optionalBoolean(visibility, 'autoSubmitToolbar') ?? false,
      hide: {
        iOS: optionalBoolean(hide, 'iOS') ?? hiddenByDefault,
        web: optionalBoolean(hide, 'web') ?? hiddenByDefault,
      },
    },
    userNameTemplate: {
      template: optionalText(template, 'template') ?? `\${source.login}`,
      type: optionalText(template, 'type') ?? 'BUILT_IN',
    },
    app: readAppSettings(body, settings),
    notifications: readNotifications(settings),
    implicitAssignment: optionalBoolean(settings, 'implicitAssignment') ?? false,
    notes: {
      admin: optionalText(notes, 'admin') ?? null,
      enduser: optionalText(notes, 'enduser') ?? null,
    },
  }
}

function readAppSettings(body: JsonObject, settings: JsonObject): JsonObject {
  const app = optionalObject(settings, 'app') ?? {}
  if (body['name'] !== 'bookmark') return app
  const url = readText(app, 'url', { object: 'settings.app.url', maxLength: 1_024 })
  return { requestIntegration: optionalBoolean(app, 'requestIntegration') ?? false, url }
}

const connections = ['DISABLED', 'ANYWHERE', 'ON_NETWORK', 'OFF_NETWORK', 'ZONE'] as const

function readNotifications(settings: JsonObject): JsonObject {
  const notifications = optionalObject(settings, 'notifications') ?? {}
  const vpn = optionalObject(notifications, 'vpn') ?? {}
  const network = optionalObject(vpn, 'network') ?? {}
  return {
    vpn: {
      network: {
        ...network,
        connection: optionalChoice(network, 'connection', connections) ?? 'DISABLED',
      },
      message: optionalText(vpn, 'message') ?? null,
      helpUrl: optionalText(vpn, 'helpUrl') ?? null,
    },
  }
}
