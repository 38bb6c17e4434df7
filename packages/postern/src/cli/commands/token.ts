/** @module `postern token`: an access token, or the request for one explained. */

import { homedir } from 'node:os'
import {
  type Authorization,
  createAuthorizer,
  type ExplainedTokenRequest,
  explainTokenRequest,
  formatScopes,
  parseScopes,
  Secret,
  type ServiceAppCredential,
  type Token,
  TokenSource,
  type TokenStep,
} from '@postern/core'
import { type ConnectionValues, parseConnection } from '../../config/connection.ts'
import { type OktaSettings, readOktaEnvironment } from '../../config/okta-environment.ts'
import { readSecret, readSecretText, requireOneFromStdin } from '../../config/secret-reference.ts'
import { readTextFile } from '../../config/text-file.ts'
import { UsageError } from '../../config/usage-error.ts'
import { isProbablePrime } from '../../http/primes.ts'
import { paint, printData, showPlain, tell, warn } from '../output.ts'
import type { GlobalOptions } from './keys.ts'

/** The flags of `token`, as they were typed. */
export interface TokenFlags {
  readonly org?: string
  readonly clientId?: string
  readonly key?: string
  readonly kid?: string
  readonly passphrase?: string
  readonly scopes?: string
  readonly scope?: readonly string[]
  readonly apiToken?: string
  readonly description?: string
  readonly jwtAlg?: string
  readonly jwtExpirySeconds?: string
  readonly jwtIssuer?: string
  readonly jwtSubject?: string
  readonly jwtAudience?: string
  readonly tokenUrl?: string
  readonly assertionKey?: string
  readonly jwtClaim?: readonly string[]
  readonly header?: readonly string[]
  readonly dpop: string
  readonly allowDomain?: readonly string[]
  readonly fromEnv?: true
  readonly explain?: true
  readonly headersFor?: string
  readonly method?: string
}

/** Gets a token and prints it on stdout, or the headers of one request; or explains the request and sends nothing. */
export async function token(
  flags: TokenFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const values = await readValues(flags)
  const { org, credential, warnings } = await parseConnection(values, {
    customDomains: flags.allowDomain ?? [],
    isProbablePrime,
  })
  for (const { field, code, message } of warnings) warn(code, `${field}: ${message}`)
  const { headersFor: url, method = 'GET' } = flags
  if (url !== undefined && !flags.explain) {
    const narrowed =
      credential.kind === 'api-token' ? credential : narrowScopes(credential, flags.scope)
    const authorizer = createAuthorizer({ org, credential: narrowed, onStep: tellStep })
    return printHeaders(await authorizer.authorize({ method, url, signal }), options)
  }
  if (credential.kind === 'api-token') {
    throw new UsageError(
      'usage_invalid',
      'An API token was given, and there is no other token to get.',
      {
        remedy:
          'Send it as "Authorization: SSWS …", or give --client-id and --key for a service app.',
      },
    )
  }
  const narrowed = narrowScopes(credential, flags.scope)
  const source = new TokenSource({ org, credential: narrowed, onStep: tellStep })
  if (flags.explain) {
    const explained = await explainTokenRequest(source)
    return printData(explained, { format: options.output, text: () => describeRequest(explained) })
  }
  const got = await source.token({ signal })
  for (const { code, message } of got.warnings) warn(code, message)
  await printToken(got, options)
}

/** The credential for the scopes of `--scope` alone, where there are any. */
function narrowScopes(
  credential: ServiceAppCredential,
  scopes: TokenFlags['scope'],
): ServiceAppCredential {
  if (scopes === undefined) return credential
  // A custom authorization server names its scopes as it likes.
  const customAuthorizationServer = credential.authorizationServerId !== undefined
  return { ...credential, scopes: parseScopes(scopes, { customAuthorizationServer }).scopes }
}

async function printToken(got: Token, options: GlobalOptions): Promise<void> {
  const accessToken = got.accessToken.reveal()
  const data = {
    tokenType: got.type,
    accessToken,
    expiresInSeconds: got.expiresInSeconds,
    expiresAt: got.expiresAt.toISOString(),
    scopes: got.scopes,
    missingScopes: got.missingScopes,
  }
  await printData(data, { format: options.output, text: () => accessToken })
  tell(`${got.type} token until ${data.expiresAt}, for ${showPlain(formatScopes(got.scopes))}`)
  if (got.type === 'DPoP') {
    tell('It is bound to a key that ends with this command, so no other program can use it.')
  }
}

/** One line for each header, which `curl -H @-` takes from its standard input. */
async function printHeaders(authorization: Authorization, options: GlobalOptions): Promise<void> {
  const headers = authorization.headers.reveal()
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  await printData(headers, { format: options.output, text: () => lines.join('\n') })
  for (const { code, message } of authorization.token?.warnings ?? []) warn(code, message)
  if ('dpop' in headers) tell('The proof is for one request to this URL, within five minutes.')
}

/** Flags first, then what Okta's own tools would read, if asked for. */
async function readValues(flags: TokenFlags): Promise<ConnectionValues> {
  requireReadableSecrets(flags)
  const found = flags.fromEnv ? await readEnvironment() : undefined
  const sources = { env: process.env, stdin: process.stdin }
  const key =
    flags.key === undefined ? undefined : new Secret(await readSecret(flags.key, '--key', sources))
  const apiToken = await readSecretText(flags.apiToken, '--api-token', sources)
  const useApiToken = key === undefined && prefersApiToken(found)
  return {
    orgUrl: flags.org ?? found?.orgUrl?.value,
    clientId: flags.clientId ?? found?.clientId?.value,
    key: key ?? (apiToken || useApiToken ? undefined : found?.key?.value),
    keyId: flags.kid ?? (key ? undefined : found?.keyId?.value),
    passphrase: await readSecretText(flags.passphrase, '--passphrase', sources),
    scopes: flags.scopes ?? flags.scope?.join(' ') ?? found?.scopes?.value,
    description: flags.description,
    apiToken: apiToken ?? (useApiToken ? found?.apiToken?.value : undefined),
    jwtAlg: flags.jwtAlg,
    jwtExpirySeconds: flags.jwtExpirySeconds,
    jwtIssuer: flags.jwtIssuer,
    jwtSubject: flags.jwtSubject,
    jwtAudience: flags.jwtAudience,
    tokenUrl: flags.tokenUrl,
    assertionKey: flags.assertionKey,
    jwtClaims: flags.jwtClaim,
    headers: flags.header,
    dpopRequired: parseDpop(flags.dpop) ?? (found?.dpop?.value === true ? true : undefined),
  }
}

/** Refuses secrets that cannot all be read, or would not all be used, before any is read. */
function requireReadableSecrets({ key, passphrase, apiToken }: TokenFlags): void {
  requireOneFromStdin({ '--key': key, '--passphrase': passphrase, '--api-token': apiToken })
  if (key === undefined || apiToken === undefined) return
  throw new UsageError('usage_invalid', 'Both --key and --api-token are given.', {
    remedy: 'Give --key for a service app, or --api-token alone.',
  })
}

/** As the SDKs do it: the mode decides; without one, a private key comes before an API token. */
function prefersApiToken(found: OktaSettings | undefined): boolean {
  if (found?.authorizationMode) return found.authorizationMode.value === 'SSWS'
  return found?.key === undefined && found?.apiToken !== undefined
}

async function readEnvironment(): Promise<OktaSettings> {
  const found = await readOktaEnvironment({
    env: process.env,
    readTextFile,
    home: homedir(),
    cwd: process.cwd(),
  })
  const { conflicts, ignored, ...settings } = found
  for (const [setting, { from }] of Object.entries(settings)) {
    tell(`${paint('dim', setting.padEnd(17))} from ${showPlain(from)}`)
  }
  for (const { setting, used, other } of conflicts) {
    warn('config_conflict', `${setting}: ${used} is used; ${other} says something else.`)
  }
  for (const { name, reason } of ignored) warn('config_ignored', `${name}: ${reason}`)
  return found
}

function parseDpop(when: string): boolean | undefined {
  switch (when) {
    case 'auto':
      return undefined
    case 'always':
      return true
    case 'never':
      return false
    default:
      throw new UsageError('usage_invalid', 'That choice of --dpop is not known.', {
        remedy: 'Choose auto, always or never.',
      })
  }
}

/** What a person should know while waiting. */
function tellStep(step: TokenStep): void {
  switch (step.step) {
    case 'refused':
      if (step.cure === 'switch-dpop-on') tell('The app requires DPoP: on, and remembered.')
      if (step.cure === 'correct-clock')
        tell("This clock differs from the org's: its Date is used.")
      if (step.cure === 'shorten-lifetime')
        tell('The assertion lived too long: the next is shorter.')
      break
    case 'failed':
      if (step.waitMs !== undefined) {
        tell(
          `${showPlain(step.error.message)} Trying again in ${Math.ceil(step.waitMs / 1_000)} s.`,
        )
      }
      break
    case 'request':
    case 'granted':
    case 'renewal-failed':
      break
  }
}

function describeRequest(explained: ExplainedTokenRequest): string {
  const { assertion, proof, curl } = explained
  const section = (title: string, body: unknown) =>
    `${paint('bold', title, process.stdout)}\n${typeof body === 'string' ? body : JSON.stringify(body, null, 2)}`
  return [
    section('Assertion header', assertion.header),
    section('Assertion claims', assertion.claims),
    ...(proof
      ? [section('DPoP proof header', proof.header), section('DPoP proof claims', proof.claims)]
      : []),
    section('The request, its signatures cut', curl),
  ].join('\n\n')
}
