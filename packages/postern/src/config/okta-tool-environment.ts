/** @module The environment in which Okta's own tools find an org at another URL, and sign in there with an access key. */

import type { Secret } from '@postern/core'
import { ignoredVariables, oktaVariables } from './okta-variables.ts'

/** Where a tool finds the org, and what it shows there. */
export interface ToolAccess {
  /** On this machine, over HTTP. */
  readonly url: string
  readonly accessKey: Secret
  /** The org's own URL. */
  readonly org: string
  /** Whether the org knows whoever signs in as a user: the owner of an API token. */
  readonly isUser: boolean
}

// What opens everything that is kept, which a command has no need of.
const KEPT = ['POSTERN_MASTER_KEY', 'POSTERN_DATABASE']

/**
 * The environment of a command whose tools are to use an org through Postern. Whatever else they would sign in with is taken
 * away: it would win over the access key, and it is what Postern is there to keep from them.
 *
 * Each SDK takes http under a name of its own only. That is about the URL, which is on this machine, and not about
 * certificates.
 */
export function oktaToolEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  access: ToolAccess,
): Record<string, string | undefined> {
  const { url, isUser } = access
  const accessKey = access.accessKey.reveal()
  const others = Object.values(oktaVariables).flatMap((list) => list.map(({ name }) => name))
  const taken = new Set([...others, ...ignoredVariables.keys(), ...KEPT])
  const kept = Object.entries(env).filter(([name]) => !taken.has(name))
  const past = [env['NO_PROXY'] ?? env['no_proxy'], '127.0.0.1'].filter(Boolean).join(',')
  return {
    ...Object.fromEntries(kept),
    OKTA_CLIENT_ORGURL: url,
    OKTA_CLIENT_TOKEN: accessKey,
    OKTA_CLIENT_AUTHORIZATIONMODE: 'SSWS',
    OKTA_CLIENT_ORG_URL: url,
    OKTA_CLIENT_AUTHORIZATION_MODE: 'SSWS',
    OKTA_CLIENT_APITOKEN: accessKey,
    OKTA_CLIENT_DISABLEHTTPSCHECK: 'true',
    OKTA_TESTING_DISABLEHTTPSCHECK: 'true',
    OKTA_TESTING_DISABLE_HTTPS_CHECK: 'true',
    OKTA_TESTING_TESTINGDISABLEHTTPSCHECK: 'true',
    OKTA_ORG_URL: url,
    ...terraform(access),
    ...(isUser ? { OKTA_API_TOKEN: accessKey } : { OKTA_ACCESS_TOKEN: accessKey }),
    NO_PROXY: past,
    no_proxy: past,
  }
}

/**
 * What the provider calls a proxy is the URL that it asks in the place of the org's own, whose name it still writes into
 * objects. Of an API token it asks first who the owner is, and a service app is nobody: that one is a bearer token.
 *
 * @see okta/terraform-provider-okta, `okta/api/idaas.go`, `GetV3ClientConfig`; `okta/config/config.go`, `VerifyCredentials`
 */
function terraform({ url, org }: ToolAccess): Record<string, string> {
  const [, name, domain] = /^https?:\/\/([^.]+)\.(.+)$/.exec(org) ?? []
  const own = name && domain ? { OKTA_ORG_NAME: name, OKTA_BASE_URL: domain } : {}
  return { OKTA_HTTP_PROXY: url, ...own }
}
