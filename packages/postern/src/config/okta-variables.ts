/**
 * @module The names under which Okta's own tools take their settings.
 *
 * | tool | public source |
 * | --- | --- |
 * | okta-sdk-nodejs | okta/okta-sdk-nodejs, `src/config-loader.js` |
 * | okta-sdk-python | okta/okta-sdk-python, `okta/config/config_setter.py` and README, "Environment variables"; `ORG_URL` forms: its README before 2.0 |
 * | okta-sdk-golang | okta/okta-sdk-golang, `okta/config.go` |
 * | okta-sdk-java | okta/okta-sdk-java, `ClientBuilder.java` (`okta.client.*`, upper case with underscores in the environment) |
 * | okta-sdk-dotnet | okta/okta-sdk-dotnet, `OktaClient.cs`, `GetConfigurationOrDefault` |
 * | okta-cli-client | okta/okta-cli-client, README, "Configuration" |
 * | terraform-provider-okta | okta/terraform-provider-okta, `okta/config/config.go`; the Pulumi provider takes the same |
 * | okta-mcp-server | okta/okta-mcp-server, `utils/auth/auth_manager.py` and `.env.example` |
 * | okta-aws-cli | okta/okta-aws-cli, `internal/config/config.go` |
 */

/** What Postern takes over from another tool's configuration. */
export const oktaSettingNames = [
  'orgUrl',
  'clientId',
  'key',
  'keyId',
  'scopes',
  'apiToken',
  'dpop',
  'authorizationMode',
] as const

/** A name of {@link oktaSettingNames}. */
export type OktaSettingName = (typeof oktaSettingNames)[number]

/** One environment variable and the tools that read it. */
export interface OktaVariable {
  readonly name: string
  readonly tools: string
  /** The variable names a file, and never holds the value itself. */
  readonly isFile?: true
}

const sdks = 'okta-sdk-nodejs, -python, -golang, -java, -dotnet; okta-cli-client'

/** For each setting its variables; the first one that is set wins. Postern's own, the SDKs', the MCP server's, Terraform's, the AWS CLI's. */
export const oktaVariables: Readonly<Record<OktaSettingName, readonly OktaVariable[]>> = {
  orgUrl: [
    { name: 'POSTERN_ORG_URL', tools: 'postern' },
    { name: 'OKTA_CLIENT_ORGURL', tools: sdks },
    { name: 'OKTA_CLIENT_ORG_URL', tools: 'okta-sdk-python' },
    { name: 'OKTA_ORG_URL', tools: 'okta-mcp-server' },
    // Of two variables: OKTA_ORG_NAME and OKTA_BASE_URL, `okta.com` where the second is not set.
    { name: 'OKTA_ORG_NAME', tools: 'terraform-provider-okta' },
    { name: 'OKTA_AWSCLI_ORG_DOMAIN', tools: 'okta-aws-cli' },
    { name: 'OKTA_ORG_DOMAIN', tools: 'okta-aws-cli before 2.0' },
  ],
  clientId: [
    { name: 'POSTERN_CLIENT_ID', tools: 'postern' },
    { name: 'OKTA_CLIENT_CLIENTID', tools: sdks },
    { name: 'OKTA_CLIENT_CLIENT_ID', tools: 'okta-sdk-python' },
    { name: 'OKTA_CLIENT_ID', tools: 'okta-mcp-server' },
    { name: 'OKTA_API_CLIENT_ID', tools: 'terraform-provider-okta' },
    { name: 'OKTA_AWSCLI_OIDC_CLIENT_ID', tools: 'okta-aws-cli' },
  ],
  key: [
    { name: 'POSTERN_KEY', tools: 'postern' },
    { name: 'OKTA_CLIENT_PRIVATEKEY', tools: sdks },
    { name: 'OKTA_CLIENT_PRIVATE_KEY', tools: 'okta-sdk-python' },
    { name: 'OKTA_PRIVATE_KEY', tools: 'okta-mcp-server' },
    { name: 'OKTA_API_PRIVATE_KEY', tools: 'terraform-provider-okta' },
    { name: 'OKTA_AWSCLI_PRIVATE_KEY', tools: 'okta-aws-cli' },
    { name: 'OKTA_AWSCLI_PRIVATE_KEY_FILE', tools: 'okta-aws-cli', isFile: true },
  ],
  keyId: [
    { name: 'POSTERN_KEY_ID', tools: 'postern' },
    { name: 'OKTA_CLIENT_PRIVATEKEYID', tools: 'okta-sdk-golang, okta-cli-client' },
    { name: 'OKTA_CLIENT_KEYID', tools: 'okta-sdk-nodejs' },
    { name: 'OKTA_CLIENT_KID', tools: 'okta-sdk-java' },
    { name: 'OKTA_KEY_ID', tools: 'okta-mcp-server' },
    { name: 'OKTA_API_PRIVATE_KEY_ID', tools: 'terraform-provider-okta' },
    { name: 'OKTA_AWSCLI_KEY_ID', tools: 'okta-aws-cli' },
  ],
  scopes: [
    { name: 'POSTERN_SCOPES', tools: 'postern' },
    { name: 'OKTA_CLIENT_SCOPES', tools: sdks },
    { name: 'OKTA_SCOPES', tools: 'okta-mcp-server' },
    { name: 'OKTA_API_SCOPES', tools: 'terraform-provider-okta' },
  ],
  apiToken: [
    { name: 'POSTERN_API_TOKEN', tools: 'postern' },
    { name: 'OKTA_CLIENT_TOKEN', tools: sdks },
    { name: 'OKTA_CLIENT_APITOKEN', tools: 'okta-sdk-java' },
    { name: 'OKTA_API_TOKEN', tools: 'terraform-provider-okta' },
  ],
  dpop: [
    { name: 'POSTERN_DPOP', tools: 'postern' },
    { name: 'OKTA_CLIENT_DPOPENABLED', tools: 'okta-sdk-python' },
  ],
  authorizationMode: [
    { name: 'OKTA_CLIENT_AUTHORIZATIONMODE', tools: sdks },
    { name: 'OKTA_CLIENT_AUTHORIZATION_MODE', tools: 'okta-sdk-python' },
  ],
}

/** For each setting its members under `okta.client` in a file, in lower case; the first one that is set wins. */
export const oktaFileMembers: Readonly<Record<OktaSettingName, readonly string[]>> = {
  orgUrl: ['orgurl'],
  clientId: ['clientid'],
  key: ['privatekey'],
  keyId: ['privatekeyid', 'keyid', 'kid'],
  scopes: ['scopes'],
  apiToken: ['token', 'apitoken'],
  dpop: ['dpopenabled'],
  authorizationMode: ['authorizationmode'],
}

const TLS = 'TLS verification cannot be switched off.'
const ACCESS_TOKEN =
  'An access token lives an hour and cannot be renewed; give the service app and its key.'
const ASSERTION = 'An assertion signed beforehand is good for one request; give the key instead.'
const CLIENT_SECRET = "Okta's management API takes no client secret; give the key instead."
const PROXY = 'Postern takes no proxy from here.'

/** Why a variable that is set has no use here. */
export const ignoredVariables: ReadonlyMap<string, string> = new Map([
  ['OKTA_ACCESS_TOKEN', ACCESS_TOKEN],
  ['OKTA_CLIENT_OAUTH2_ACCESSTOKEN', ACCESS_TOKEN],
  ['OKTA_CLIENT_CLIENTASSERTION', ASSERTION],
  ['OKTA_CLIENT_CLIENTSECRET', CLIENT_SECRET],
  ['OKTA_CLIENT_SECRET', CLIENT_SECRET],
  ['OKTA_TESTING_DISABLEHTTPSCHECK', TLS],
  ['OKTA_TESTING_DISABLE_HTTPS_CHECK', TLS],
  ['OKTA_TESTING_TESTINGDISABLEHTTPSCHECK', TLS],
  ['OKTA_HTTP_PROXY', PROXY],
  ['OKTA_CLIENT_PROXY_HOST', PROXY],
  ['OKTA_CLIENT_PROXY_PORT', PROXY],
  ['OKTA_CLIENT_PROXY_USERNAME', PROXY],
  ['OKTA_CLIENT_PROXY_PASSWORD', PROXY],
])

/** Why a member of `okta.client` in a file has no use here, by its name in lower case. */
export const ignoredFileMembers: ReadonlyMap<string, string> = new Map([
  ['oauth2', ACCESS_TOKEN],
  ['clientassertion', ASSERTION],
  ['clientsecret', CLIENT_SECRET],
  ['proxy', PROXY],
])

/** Why any other name of Okta's tools has no use here. */
export const noSuchSetting = 'Postern has no setting of this name.'
