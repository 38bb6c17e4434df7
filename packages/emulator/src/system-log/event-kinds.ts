/** @module What happens in an org all day, and how often: the events that generated traffic consists of. */

import type { EventType } from './event-messages.ts'

/** Whom an event is about. `admin` is somebody with an admin role, `client` a service app. */
export type Actor = 'user' | 'admin' | 'client'

/** What an event names as its targets. */
export type Target =
  | 'self'
  | 'other-user'
  | 'app'
  | 'app-user'
  | 'group'
  | 'policy'
  | 'rule'
  | 'token'

/** One kind of event. */
export interface EventKind {
  readonly eventType: EventType
  /** How often it comes, beside the others. */
  readonly weight: number
  readonly actor: Actor
  readonly targets: readonly Target[]
  readonly requestUri: string
  /** One of these; the first is the usual one, each later one comes with `otherShare`. */
  readonly outcomes: readonly [Outcome, ...Outcome[]]
  readonly otherShare: number
}

/** How an event ended, and how grave that is. */
export interface Outcome {
  readonly result: string
  readonly reason: string | null
  readonly severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
}

const success: Outcome = { result: 'SUCCESS', reason: null, severity: 'INFO' }

function failure(reason: string): Outcome {
  return { result: 'FAILURE', reason, severity: 'WARN' }
}

function evaluation(result: string, severity: Outcome['severity']): Outcome {
  return { result, reason: `Sign-on policy evaluation resulted in ${result}`, severity }
}

function kind(
  eventType: EventType,
  weight: number,
  rest: Partial<EventKind> & Pick<EventKind, 'requestUri'>,
): EventKind {
  const usual = { actor: 'user', targets: [], outcomes: [success], otherShare: 0 } as const
  return { eventType, weight, ...usual, ...rest }
}

/**
 * The kinds.
 *
 * @see Okta, "Event Types" - the catalogue of event types and their messages
 */
export const eventKinds: readonly EventKind[] = [
  kind('user.authentication.sso', 24, {
    requestUri: '/app/bookmark/sso',
    targets: ['app', 'app-user'],
  }),
  kind('policy.evaluate_sign_on', 18, {
    requestUri: '/api/v1/authn',
    targets: ['policy', 'rule'],
    outcomes: [
      evaluation('ALLOW', 'INFO'),
      evaluation('CHALLENGE', 'INFO'),
      evaluation('DENY', 'WARN'),
    ],
    otherShare: 0.1,
  }),
  kind('user.session.start', 18, {
    requestUri: '/api/v1/authn',
    outcomes: [success, failure('INVALID_CREDENTIALS'), failure('LOCKED_OUT')],
    otherShare: 0.08,
  }),
  kind('user.authentication.auth_via_mfa', 12, {
    requestUri: '/idp/idx/challenge/answer',
    targets: ['self'],
    outcomes: [success, failure('INVALID_CREDENTIALS')],
    otherShare: 0.06,
  }),
  kind('user.session.end', 6, { requestUri: '/login/signout' }),
  kind('user.authentication.verify', 5, {
    requestUri: '/idp/idx/identify',
    targets: ['self'],
  }),
  kind('app.oauth2.token.grant.access_token', 5, {
    requestUri: '/oauth2/v1/token',
    actor: 'client',
    targets: ['token'],
    outcomes: [success, failure('invalid_client')],
    otherShare: 0.03,
  }),
  kind('app.oauth2.token.grant.id_token', 3, {
    requestUri: '/oauth2/v1/token',
    targets: ['token'],
  }),
  kind('system.push.send_factor_verify_push', 4, {
    requestUri: '/idp/idx/challenge',
    targets: ['self'],
  }),
  kind('user.session.access_admin_app', 1, {
    requestUri: '/admin/dashboard',
    actor: 'admin',
  }),
  kind('user.mfa.factor.activate', 1, {
    requestUri: '/idp/idx/authenticators/activate',
    targets: ['self'],
  }),
  kind('user.account.update_password', 1, {
    requestUri: '/idp/idx/challenge/answer',
    targets: ['self'],
  }),
  kind('user.account.update_profile', 1, {
    requestUri: '/api/v1/users/me',
    targets: ['self'],
  }),
  kind('user.account.lock', 0.4, {
    requestUri: '/api/v1/authn',
    targets: ['self'],
    outcomes: [failure('LOCKED_OUT')],
  }),
  kind('user.account.reset_password', 0.4, {
    requestUri: '/api/v1/users/lifecycle/reset_password',
    actor: 'admin',
    targets: ['other-user'],
  }),
  kind('group.user_membership.add', 0.8, {
    requestUri: '/api/v1/groups/users',
    actor: 'admin',
    targets: ['other-user', 'group'],
  }),
  kind('application.user_membership.add', 0.6, {
    requestUri: '/api/v1/apps/users',
    actor: 'admin',
    targets: ['app-user', 'app', 'other-user'],
  }),
  kind('policy.rule.update', 0.1, {
    requestUri: '/api/v1/policies/rules',
    actor: 'admin',
    targets: ['rule', 'policy'],
  }),
]
