/** @module A service app's settings as a file of environment variables, in the names that Okta's own tools read. */

import type { PublicJwk } from '@postern/core'

/** What the file says. No secret: of the private key it has the place. */
export interface OktaEnvFile {
  readonly label: string
  readonly org: string
  /** Absent until the org chose it. */
  readonly clientId?: string | undefined
  readonly publicJwk: PublicJwk
  /** The absolute path of the private key, a PEM. */
  readonly keyPath: string
  readonly scopes: readonly string[]
  readonly dpopRequired: boolean
}

/**
 * The text of the file: for `set -a; . FILE; set +a`, and for programs that read such files themselves.
 *
 * Scopes stand between commas and the key as a path: so the SDKs for Go, Java and Python, the CLI client and the Terraform
 * provider take them. What reads them otherwise has its line in a comment.
 *
 * @see the sources named in `config/okta-variables.ts`
 */
export function formatOktaEnv(settings: OktaEnvFile): string {
  const { label, org, clientId, publicJwk, keyPath, scopes, dpopRequired } = settings
  const list = scopes.join(',')
  const id = clientId ?? ''
  const sdks = {
    OKTA_CLIENT_ORGURL: org,
    OKTA_CLIENT_AUTHORIZATIONMODE: 'PrivateKey',
    OKTA_CLIENT_CLIENTID: id,
    OKTA_CLIENT_SCOPES: list,
    OKTA_CLIENT_PRIVATEKEY: keyPath,
    OKTA_CLIENT_PRIVATEKEYID: publicJwk.kid,
    OKTA_CLIENT_KEYID: publicJwk.kid,
    OKTA_CLIENT_KID: publicJwk.kid,
    OKTA_CLIENT_DPOPENABLED: String(dpopRequired),
  }
  const terraform = {
    ...terraformOrg(org),
    OKTA_API_CLIENT_ID: id,
    OKTA_API_SCOPES: list,
    OKTA_API_PRIVATE_KEY: keyPath,
    OKTA_API_PRIVATE_KEY_ID: publicJwk.kid,
  }
  const mcp = {
    OKTA_ORG_URL: org,
    OKTA_CLIENT_ID: id,
    OKTA_KEY_ID: publicJwk.kid,
    OKTA_SCOPES: scopes.join(' '),
  }
  return [
    `# ${oneLine(label)}: what Okta's own tools read. No secret is in here: the private key is in the file that is named.`,
    '# In a shell:  set -a; . ./okta.env; set +a',
    ...(clientId === undefined
      ? ['# The org has not chosen the client id yet: run the setup to its end.']
      : []),
    '',
    '# okta-sdk-golang, -java, -python, okta-cli-client, postern --from-env',
    ...lines(sdks),
    '',
    '# terraform-provider-okta',
    ...lines(terraform),
    '',
    '# okta-mcp-server; it takes the key itself:  export OKTA_PRIVATE_KEY="$(cat KEY)"',
    ...lines(mcp),
    '',
    '# okta-sdk-nodejs takes the key itself, and scopes between spaces:',
    `#   export OKTA_CLIENT_PRIVATEKEY="$(cat ${quoted(keyPath)})" OKTA_CLIENT_SCOPES=${quoted(scopes.join(' '))}`,
    '',
  ].join('\n')
}

/** The Terraform provider builds the URL of the org's name and its domain. */
function terraformOrg(org: string): Readonly<Record<string, string>> {
  const [, name, domain] = /^https:\/\/([a-z0-9-]+)\.([a-z.-]+)$/.exec(org) ?? []
  return name === undefined || domain === undefined
    ? {}
    : { OKTA_ORG_NAME: name, OKTA_BASE_URL: domain }
}

function lines(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`)
}

/** In single quotes nothing means anything, to shells and to readers of such files. */
function quoted(value: string): string {
  return `'${oneLine(value).replaceAll("'", "'\\''")}'`
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
