/** @module `postern token`: an access token, or the request for one explained. */

import {
  type Authorization,
  createAuthorizer,
  type ExplainedTokenRequest,
  explainTokenRequest,
  formatScopes,
  parseScopes,
  type ServiceAppCredential,
  type Token,
  TokenSource,
} from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openConnection } from '../open-connection.ts'
import { openTransport } from '../open-transport.ts'
import { paint, printData, showPlain, tell, warn } from '../output.ts'
import { tellTokenStep } from '../steps.ts'

/** The flags of `token`, as they were typed. */
export interface TokenFlags extends ConnectionFlags {
  readonly scope?: readonly string[]
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
  const scopes = flags.scopes ?? flags.scope?.join(' ')
  const { org, credential } = await openConnection(
    { ...flags, ...(scopes === undefined ? {} : { scopes }) },
    { offline: flags.explain === true, signal },
  )
  const transport = openTransport(org)
  const { headersFor: url, method = 'GET' } = flags
  if (url !== undefined && !flags.explain) {
    const narrowed =
      credential.kind === 'api-token' ? credential : narrowScopes(credential, flags.scope)
    const authorizer = createAuthorizer({
      org,
      credential: narrowed,
      transport,
      onStep: tellTokenStep,
    })
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
  const source = new TokenSource({ org, credential: narrowed, transport, onStep: tellTokenStep })
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

/** The request as text, for a person. */
export function describeRequest(explained: ExplainedTokenRequest): string {
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
