/** @module What a failure of openid-client, of the network or of the provider means for whoever wants to sign in. */

import { PosternError, showHostile } from '@postern/core'
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { SignInError, type SignInErrorCode } from './sign-in-error.ts'

const CLOCKS =
  'Set the clock of this machine, and that of the provider, by NTP; then sign in again.'
const APP =
  'Compare signIn in postern.yaml with the app at the provider: issuer, client ID, secret or key, redirect URI, and that it may use the authorization code with PKCE.'

const TIMESTAMP = 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED'
const NO_PROVIDER: ReadonlySet<string | undefined> = new Set([
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])

/**
 * The refusal that a failure is told as.
 *
 * @param phase - what was asked for: the discovery document, or a person.
 */
export function providerRefusal(error: unknown, phase: 'discovery' | 'person'): PosternError {
  const own = chainOf(error).find((one) => one instanceof PosternError)
  if (own instanceof SignInError) return own
  if (own !== undefined)
    return refuse(
      'sign_in_provider_unreachable',
      `The provider cannot be reached: ${own.message}`,
      {
        remedy: own.remedy,
        cause: error,
      },
    )
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const said = showHostile(error.error_description ?? '', { maxCharacters: 200 })
    const code = showHostile(error.error, { maxCharacters: 60 })
    return refuse(
      'sign_in_provider_refused',
      `The provider refused: ${[code, said].filter(Boolean).join(': ')}`,
      {
        remedy:
          error.error === 'invalid_grant'
            ? 'Open /console/ and sign in once more: what the provider gave is good once.'
            : APP,
        cause: error,
      },
    )
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const said = error.cause[0]?.parameters.error ?? `status ${error.status}`
    const code = showHostile(said, { maxCharacters: 60 })
    const message = `The provider refused this server: ${code}.`
    return refuse('sign_in_provider_refused', message, { remedy: APP, cause: error })
  }
  if (chainOf(error).some((one) => one instanceof DOMException && one.name === 'DataError'))
    return refuse(
      'sign_in_provider_invalid',
      'The key that the provider signs with, as it is published, is no key.',
      {
        remedy:
          'Look at the key set of the provider, the jwks_uri of its /.well-known/openid-configuration, and have the damaged key published anew.',
        cause: error,
      },
    )
  const code = error instanceof ClientError ? error.code : undefined
  // What the library has no word for is a network that failed, or a time that was over.
  if (code === undefined || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT')
    return refuse('sign_in_provider_unreachable', 'The provider does not answer.', {
      remedy: 'See that this machine reaches the issuer of signIn, then sign in again.',
      cause: error,
    })
  if (phase === 'discovery' || NO_PROVIDER.has(code))
    return refuse(
      'sign_in_provider_invalid',
      'What answers at the issuer is no OpenID provider, or one that calls itself otherwise.',
      {
        remedy:
          'Compare the issuer in postern.yaml with the member issuer of its /.well-known/openid-configuration, letter by letter.',
        cause: error,
      },
    )
  const isTime = code === TIMESTAMP
  return refuse(
    'sign_in_token_invalid',
    isTime
      ? 'The ID token is good at another time than the clock of this machine shows.'
      : `The ID token is not good for this sign-in: ${showHostile(reasonOf(error as Error), { maxCharacters: 200 })}.`,
    { remedy: isTime ? CLOCKS : APP, cause: error },
  )
}

function refuse(
  code: SignInErrorCode,
  message: string,
  options: { readonly remedy: string; readonly cause: unknown },
): SignInError {
  return new SignInError(code, message, options)
}

function reasonOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error ? cause.message : error.message
}

function chainOf(error: unknown): readonly unknown[] {
  const chain = []
  for (let one = error; one instanceof Error && chain.length < 8; one = one.cause) chain.push(one)
  return chain
}
