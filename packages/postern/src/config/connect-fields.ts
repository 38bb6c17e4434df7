/** @module Which members of a connection a person may give on the Connect page. */

import { connectionMembers } from './connection-members.ts'

/** How a connection signs in. */
export const connectMethods = ['service-app', 'api-token'] as const

/** One of them. */
export type ConnectMethod = (typeof connectMethods)[number]

/** Whether a text names one of them. */
export function isConnectMethod(text: string): text is ConnectMethod {
  return connectMethods.some((method) => method === text)
}

const OF_EITHER = ['orgUrl', 'description'] as const

const OF_METHOD = {
  'service-app': [
    'clientId',
    'key',
    'keyId',
    'passphrase',
    'scopes',
    'jwtAlg',
    'jwtExpirySeconds',
    'jwtIssuer',
    'jwtSubject',
    'jwtAudience',
    'tokenUrl',
    'assertionKey',
    'jwtClaims',
    'headers',
    'dpop',
    'keys',
    'jwksUrl',
  ],
  'api-token': ['apiToken'],
} as const

/**
 * Every member that a person may be let set. What Postern does by itself is for whoever makes the link; a key draft and the
 * connection that rotates keys are others' credentials.
 */
export const connectFields = [
  ...OF_EITHER,
  ...OF_METHOD['service-app'],
  ...OF_METHOD['api-token'],
] as const

/** One of them. */
export type ConnectField = (typeof connectFields)[number]

/** Those that say how a connection signs in that are for one method. */
export function fieldsOfMethod(method: ConnectMethod): readonly ConnectField[] {
  return OF_METHOD[method]
}

/** Those that these methods need, in the order of the form. */
export function fieldsOf(methods: readonly ConnectMethod[]): readonly ConnectField[] {
  return [...OF_EITHER, ...methods.flatMap(fieldsOfMethod)]
}

/** The members that a person sends, before it is asked which of them the session allows. */
export const connectTryMembers = connectionMembers.omit({ name: true }).partial()
