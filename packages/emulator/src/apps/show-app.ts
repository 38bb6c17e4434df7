/** @module An app as Okta prints it: its members, their order and its nulls. */

import { formatTime } from '../clock.ts'
import { policyOf } from '../directory/settings/policies.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { App, ClientSecret, OauthClient } from '../state/app.ts'
import { type AppKind, kindOf } from '../state/app-kind.ts'
import type { Org } from '../state/org.ts'
import { derivedId, signingKid } from './derived-id.ts'
import { showKeyInApp } from './show-key.ts'

const LOGOS = 'https://op3static.oktacdn.com/assets/img/logos'

/** An app under the URL by which the caller knows the org. */
export function showApp(
  { org, baseUrl }: { readonly org: Org; readonly baseUrl: string },
  app: App,
) {
  const kind = kindOf(app)
  return {
    id: app.id,
    orn: `orn:okta:idp:${org.id}:apps:${app.name}:${app.id}`,
    name: app.name,
    label: app.label,
    status: app.status,
    lastUpdated: formatTime(app.lastUpdatedMs),
    created: formatTime(app.createdMs),
    accessibility: detail(app, 'accessibility', {
      selfService: false,
      errorRedirectUrl: null,
      loginRedirectUrl: null,
    }),
    visibility: { ...visibility(app, kind), appLinks: kind.appLinks },
    features: [],
    signOnMode: app.signOnMode,
    credentials: credentials(org, app),
    universalLogout: app.oauth === undefined ? null : universalLogout,
    settings: settings(app, kind),
    _links: links(org, `${baseUrl}/api/v1/apps/${app.id}`, baseUrl, app, kind),
  }
}

/** The secret that an app or client shows: its newest active one. */
export function shownSecret(oauth: OauthClient): ClientSecret | undefined {
  return oauth.secrets.findLast(({ status }) => status === 'ACTIVE') ?? oauth.secrets.at(-1)
}

/** Where users open an app: its link's name and URL, for each link that it has. */
export function homeLinks(
  org: Org,
  baseUrl: string,
  app: App,
): readonly { readonly name: string; readonly href: string }[] {
  const kind = kindOf(app)
  const tail = kind.appLinkTail ?? derivedId(org, 'appLink', app.id)
  return Object.keys(kind.appLinks).map((name) => ({
    name,
    href: `${baseUrl}/home/${app.name}/${app.id}/${tail}`,
  }))
}

/** The URL of an app's logo. */
export function logoUrl(app: App): string {
  return `${LOGOS}/${kindOf(app).logo}`
}

const universalLogout = {
  status: 'DISABLED',
  supportType: 'FULL',
  identityStack: 'NOT_SHARED',
  protocol: 'GLOBAL_TOKEN_REVOCATION',
} as const

function detail<T extends JsonObject>(app: App, name: string, fallback: T): T | JsonObject {
  const given = app.details[name]
  return isJsonObject(given) ? given : fallback
}

function visibility(app: App, kind: AppKind) {
  const hide = { iOS: kind.hiddenByDefault, web: kind.hiddenByDefault }
  const launch = kind.byAdministrators ? { autoLaunch: false } : {}
  return detail(app, 'visibility', { ...launch, autoSubmitToolbar: false, hide })
}

function credentials(org: Org, app: App) {
  const { oauth } = app
  const userNameTemplate = detail(app, 'userNameTemplate', {
    template: `\${source.login}`,
    type: 'BUILT_IN',
  })
  const signing = app.signOnMode === 'OPENID_CONNECT' ? { kid: signingKid(org) } : {}
  if (oauth === undefined) return { userNameTemplate, signing }
  const secret = shownSecret(oauth)
  return {
    userNameTemplate,
    signing,
    oauthClient: {
      autoKeyRotation: oauth.autoKeyRotation,
      client_id: oauth.clientId,
      ...(secret && { client_secret: secret.value }),
      token_endpoint_auth_method: oauth.authMethod,
      pkce_required: oauth.pkceRequired,
    },
  }
}

function settings(app: App, kind: AppKind) {
  const general = {
    app: detail(app, 'app', {}),
    notifications: detail(app, 'notifications', {
      vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null },
    }),
    manualProvisioning: false,
    implicitAssignment: app.details['implicitAssignment'] ?? false,
  }
  if (!kind.byAdministrators) return general
  const notes = detail(app, 'notes', { admin: null, enduser: null })
  if (app.oauth === undefined) return { ...general, notes }
  return { ...general, emOptInStatus: 'NONE', notes, oauthClient: clientSettings(app.oauth) }
}

function clientSettings(oauth: OauthClient) {
  const {
    client_uri = null,
    logo_uri = null,
    redirect_uris = [],
    post_logout_redirect_uris,
    consent_method = 'TRUSTED',
    issuer_mode = 'ORG_URL',
    idp_initiated_login = { mode: 'DISABLED', default_scope: [] },
    wildcard_redirect = 'DISABLED',
    participate_slo = false,
    network,
    ...others
  } = oauth.settings
  return {
    client_uri,
    logo_uri,
    ...others,
    redirect_uris,
    ...(post_logout_redirect_uris !== undefined && { post_logout_redirect_uris }),
    response_types: oauth.responseTypes,
    grant_types: oauth.grantTypes,
    ...keySource(oauth),
    application_type: oauth.applicationType,
    consent_method,
    issuer_mode,
    idp_initiated_login,
    wildcard_redirect,
    dpop_bound_access_tokens: oauth.dpopRequired,
    participate_slo,
    ...(network !== undefined && { network }),
  }
}

function keySource({ jwksUri, keys }: OauthClient) {
  if (jwksUri !== undefined) return { jwks_uri: jwksUri }
  return keys.length === 0 ? {} : { jwks: { keys: keys.map(showKeyInApp) } }
}

function links(org: Org, href: string, baseUrl: string, app: App, kind: AppKind) {
  const policy = (type: string) => ({
    href: `${baseUrl}/api/v1/policies/${policyOf(org, type)?.id ?? ''}`,
  })
  const home = homeLinks(org, baseUrl, app)
  return {
    uploadLogo: { href: `${href}/logo`, hints: { allow: ['POST'] } },
    appLinks: home.map((link) => ({ ...link, type: 'text/html' })),
    profileEnrollment: policy('PROFILE_ENROLLMENT'),
    policies: { href: `${href}/policies`, hints: { allow: ['PUT'] } },
    groups: { href: `${href}/groups` },
    logo: [{ name: 'medium', href: `${LOGOS}/${kind.logo}`, type: 'image/png' }],
    ...clientCredentials(href, app),
    accessPolicy: policy('ACCESS_POLICY'),
    users: { href: `${href}/users` },
    ...lifecycle(href, app),
  }
}

function clientCredentials(href: string, { oauth }: App) {
  if (oauth === undefined || oauth.authMethod === 'none') return {}
  const name = oauth.authMethod === 'private_key_jwt' ? 'jwks' : 'secrets'
  return { clientCredentials: [{ name, href: `${href}/credentials/${name}` }] }
}

function lifecycle(href: string, { status }: App) {
  if (status === 'ACTIVE') return { deactivate: { href: `${href}/lifecycle/deactivate` } }
  return {
    activate: { href: `${href}/lifecycle/activate` },
    delete: { href, hints: { allow: ['DELETE'] } },
  }
}
