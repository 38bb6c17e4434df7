/** @module What can go wrong between a person, their provider and the console. */

import { PosternError } from '@postern/core'

/** What can go wrong when a person signs in. */
export type SignInErrorCode =
  | 'sign_in_issuer_invalid'
  | 'sign_in_public_url'
  | 'sign_in_not_configured'
  | 'sign_in_return_invalid'
  | 'sign_in_state_invalid'
  | 'sign_in_provider_unreachable'
  | 'sign_in_provider_invalid'
  | 'sign_in_provider_refused'
  | 'sign_in_token_invalid'
  | 'sign_in_not_permitted'

/** A person who is not signed in. */
export class SignInError extends PosternError<SignInErrorCode> {
  override readonly name = 'SignInError'
}

const AGAIN = 'Open /console/ and sign in once more.'

/** The refusal to start a server to which no provider could send a browser back. */
export function publicUrlMissing(): SignInError {
  return new SignInError(
    'sign_in_public_url',
    'signIn is declared, and there is no --public-url.',
    {
      remedy:
        'Give --public-url as browsers reach this server, and that with /v1/console/openid/callback to the app as its redirect URI.',
    },
  )
}

/** The refusal where no provider is configured. */
export function notConfigured(): SignInError {
  return new SignInError('sign_in_not_configured', 'No OpenID provider is configured here.', {
    remedy: 'Sign in with an access key, or declare signIn in postern.yaml.',
  })
}

/** The refusal of an address to go on to that is none of the console. */
export function returnInvalid(): SignInError {
  return new SignInError(
    'sign_in_return_invalid',
    'The address to go on to is none of the console.',
    {
      remedy: 'Give a path below /console/ as to, or leave it out.',
    },
  )
}

/** The refusal of a key with which everybody could sign. */
export function keyForgeable(): SignInError {
  return new SignInError(
    'sign_in_provider_invalid',
    'The provider publishes an RSA key whose exponent is 1 or 0: anybody could sign for it.',
    { remedy: 'Have the provider make another key, then sign in again.' },
  )
}

/** The refusal of an ID token that is no signed token at all. */
export function tokenMalformed(): SignInError {
  return new SignInError(
    'sign_in_token_invalid',
    'The ID token is no compact JWS: three parts in base64url, the first two JSON objects.',
    { remedy: 'See that the app at the provider signs ID tokens and does not encrypt them.' },
  )
}

/** The refusal of an answer of the provider that this browser did not ask for, or not any more. */
export function stateInvalid(): SignInError {
  return new SignInError(
    'sign_in_state_invalid',
    'This browser did not begin this sign-in, began another one since, or took more than ten minutes.',
    { remedy: AGAIN },
  )
}

/** The refusal of a person to whom no rule gives anything. */
export function notPermitted(actor: string, groupsClaim: string): SignInError {
  return new SignInError(
    'sign_in_not_permitted',
    `You are signed in to the provider (as ${actor}), and none of your groups may do anything here.`,
    {
      remedy: `Ask whoever runs this server for a group that stands under signIn. Where you are in one, see that the app gives its name in the claim ${groupsClaim}.`,
      details: { actor },
    },
  )
}
