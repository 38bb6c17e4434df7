/** @module Every refusal of the management API that calls for something: its code and what to do. */

import { findRefusal } from '../token/refusals.ts'
import type { Challenge } from './challenge.ts'

/** A refusal in Okta's own words. Texts are as Okta sent them, made safe to show. */
export interface ApiRefusal {
  readonly status: number
  /** `E0000006`, or the `error` of an OAuth answer. */
  readonly errorCode?: string
  readonly errorSummary?: string
  /** The summaries of `errorCauses`: often the only useful text. */
  readonly causes: readonly string[]
  readonly requestId?: string
  /** What `WWW-Authenticate` says; the only word there is where the body is empty. */
  readonly challenge?: Challenge
  /** How far the org's clock was ahead; where a proof was refused, and the answer has a time. */
  readonly offsetSeconds?: number
}

/** What an API's refusal means. Okta's own code travels in `okta.errorCode`. */
export type ApiErrorCode =
  | 'api_token_refused'
  | 'token_refused'
  | 'scope_insufficient'
  | 'role_insufficient'
  | 'feature_unavailable'
  | 'endpoint_not_for_tokens'
  | 'dpop_proof_refused'
  | 'clock_skew'
  | 'object_not_found'
  | 'path_not_found'
  | 'object_conflict'
  | 'cursor_rejected'
  | 'request_refused'
  | 'api_refused'

/** What a refusal means, and what to do. */
export interface KnownAnswer {
  readonly code: ApiErrorCode
  readonly remedy: string
}

const ADMIN_ROLES_TAB =
  "the app's Admin roles tab (Edit assignments > Add assignment > Save Changes)"

/**
 * The meaning of a refusal. A challenge comes before the body: a scope refusal has no body at all.
 *
 * @see Okta, "Okta API error codes"
 * @see okta/okta-sdk-golang, issue 145; okta/terraform-provider-okta, issue 2375 - the answers without a body
 */
export function meaningOf(okta: ApiRefusal): KnownAnswer {
  return ofChallenge(okta) ?? ofCode(okta) ?? ofStatus(okta)
}

function ofChallenge({ status, challenge }: ApiRefusal): KnownAnswer | undefined {
  switch (challenge?.error) {
    case 'insufficient_scope': {
      const needed = challenge.scopes.join(' or ') || 'the scope that the request needs'
      return {
        code: 'scope_insufficient',
        remedy: `Grant ${needed} on the app's Okta API Scopes tab and ask for it; the next token has it.`,
      }
    }
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce': {
      const known = findRefusal(challenge.error, challenge.errorDescription ?? '')
      if (known?.code === 'clock_skew') return { code: 'clock_skew', remedy: known.remedy }
      return {
        code: 'dpop_proof_refused',
        remedy:
          'Check the clock, and that no proxy rewrites the URL, the method or the DPoP header or repeats requests.',
      }
    }
    case 'invalid_token':
      return {
        code: 'token_refused',
        remedy:
          'Ask for a new token. If that one is refused too, the token comes from another org or authorization server: use the org’s own token URL.',
      }
    case 'invalid_request':
      return status === 400
        ? {
            code: 'dpop_proof_refused',
            remedy:
              'Send the bound token with the DPoP scheme and a proof, as Postern does by itself.',
          }
        : undefined
    default:
      return undefined
  }
}

function ofCode({ errorCode, causes }: ApiRefusal): KnownAnswer | undefined {
  switch (errorCode) {
    case 'E0000011':
      return {
        code: 'api_token_refused',
        remedy:
          'Create a new API token (Security > API > Tokens > Create token): this one is wrong, revoked, unused for 30 days, or its owner was deactivated.',
      }
    case 'E0000006':
      return {
        code: 'role_insufficient',
        remedy: `Give the app an admin role that allows this on ${ADMIN_ROLES_TAB}; for an API token, give its owner that role.`,
      }
    case 'E0000005':
      return {
        code: 'endpoint_not_for_tokens',
        remedy:
          'Use an API token of a Super Admin here: this endpoint takes no access token in this org.',
      }
    case 'E0000015':
      return {
        code: 'feature_unavailable',
        remedy:
          'Leave this endpoint out, or have Okta switch the feature on: the org’s plan does not include it.',
      }
    case 'E0000007':
      return {
        code: 'object_not_found',
        remedy:
          'Check the id; it may be of another org, deleted, or out of reach for this admin role.',
      }
    case 'E0000023':
      return {
        code: 'request_refused',
        remedy: 'Change it in the directory or the app that masters the profile of this user.',
      }
    case 'E0000016':
    case 'E0000032':
    case 'E0000038':
      return {
        code: 'request_refused',
        remedy: 'Read the status of the object: it does not allow this operation.',
      }
    case 'E0000029':
      return { code: 'cursor_rejected', remedy: 'Start the list again without the cursor.' }
    case 'E0000031':
      return causes.some((cause) => cause.startsWith('Invalid cursor'))
        ? { code: 'cursor_rejected', remedy: 'Start the list again without the cursor.' }
        : undefined
    default:
      return undefined
  }
}

function ofStatus({ status }: ApiRefusal): KnownAnswer {
  switch (status) {
    case 401:
      return {
        code: 'token_refused',
        remedy: 'Check the credential: the org takes neither its token nor a new one.',
      }
    case 403:
      return {
        code: 'role_insufficient',
        remedy: `Check the granted scopes and the admin role on ${ADMIN_ROLES_TAB}.`,
      }
    case 404:
      return {
        code: 'path_not_found',
        remedy: 'Check the path: it begins with /api/v1/ or /oauth2/v1/ and exists in this org.',
      }
    case 409:
    case 412:
    case 423:
      return {
        code: 'object_conflict',
        remedy: 'Read the object again and repeat the change if it is still wanted.',
      }
    case 400:
    case 405:
    case 422:
      return { code: 'request_refused', remedy: 'Correct what Okta’s message names.' }
    default:
      return {
        code: 'api_refused',
        remedy: 'Read Okta’s message; if it is not enough, give the request id to Okta support.',
      }
  }
}
