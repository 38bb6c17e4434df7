/** @module A connection that is to be kept: its values, its name, and what Postern does with it by itself. */

import { PosternError } from '@postern/core'
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionValues,
  parseConnection,
} from './connection.ts'
import { ConnectionError, Form } from './connection-form.ts'
import { type ConnectionMembers, valuesOf } from './connection-members.ts'
import { parseConnectionName } from './connection-name.ts'
import { parseKeySet } from './key-set.ts'
import { parseWanted } from './wanted-scopes.ts'

/** What is asked for, as it was typed. */
export interface ConnectionRequest {
  readonly name: string
  readonly values: ConnectionValues
  /** A bundle's name, or the scopes of what the connection is for. Default: the scopes it asks for. */
  readonly wants?: string | readonly string[] | undefined
  /** Days between scheduled rotations of the key. Default: there are none. */
  readonly rotationIntervalDays?: number | undefined
  /** The connection that changes the app's keys when a rotation is due. Default: the app itself. */
  readonly rotationAdmin?: string | undefined
  /** Who keeps the public key. Default: Okta. */
  readonly keys?: 'okta' | 'url' | undefined
  readonly jwksUrl?: string | undefined
  /** The id of a key draft, in the place of `values.key`. */
  readonly keyDraft?: string | undefined
}

/** A connection ready to be kept. */
export interface NamedConnection extends Connection {
  readonly name: string
  readonly wants: readonly string[] | undefined
  readonly rotationIntervalDays: number | undefined
  readonly rotationAdmin: string | undefined
  /** Where Okta fetches the keys; undefined where it keeps them. */
  readonly jwksUri: string | undefined
}

/** What can be wrong with a scheduled rotation. */
class RotationIntervalError extends PosternError<'rotation_not_possible'> {
  override readonly name = 'RotationIntervalError'
}

/** The request that the members of a new connection stand for. */
export function connectionRequestOf(members: ConnectionMembers): ConnectionRequest {
  const { name, ...rest } = members
  const { wants, rotationIntervalDays, rotationAdmin, keys, jwksUrl, keyDraft } = members
  const own = { wants, rotationIntervalDays, rotationAdmin, keys, jwksUrl, keyDraft }
  return { name, values: valuesOf(rest), ...own }
}

/**
 * Parses a connection that is to be kept. The key of its draft is among the values already.
 *
 * @throws {ConnectionError} with every problem, in the order of the form.
 */
export async function parseNamedConnection(
  request: ConnectionRequest,
  options: Omit<ConnectionOptions, 'keyDraft'> & KeySetOptions,
): Promise<NamedConnection> {
  const { name: nameText, values, keyDraft, wants: wantsText, rotationIntervalDays } = request
  const form = new Form()
  const name = form.read('Connection Name', () => ({ value: parseConnectionName(nameText) }))
  const wants = form.read('For', () => ({
    value: wantsText === undefined ? undefined : parseWanted(wantsText),
  }))
  const connection = await form.include(() => parseConnection(values, { ...options, keyDraft }))
  form.read('Rotation', () => ({
    value: requireRotatable(connection?.credential.kind, rotationIntervalDays),
  }))
  const { rotationAdmin } =
    form.read('Rotation Admin', () => ({
      value: { rotationAdmin: parseRotationAdmin(request.rotationAdmin) },
    })) ?? {}
  const { jwksUri } =
    form.read('Key Set', () => ({
      value: { jwksUri: parseKeySet(request, options.ownKeySetUrl?.(nameText)) },
    })) ?? {}
  if (name === undefined || connection === undefined || form.problems.length > 0) {
    throw new ConnectionError(form.problems)
  }
  return { ...connection, name, wants, rotationIntervalDays, rotationAdmin, jwksUri }
}

/** Where this server publishes key sets. */
export interface KeySetOptions {
  /** The URL of a connection's; absent where nobody reaches this server from outside. */
  readonly ownKeySetUrl?: ((name: string) => string) | undefined
}

/** The name of the connection that changes keys; an empty text is none. @throws {ConnectionNameError} */
export function parseRotationAdmin(text: string | null | undefined): string | undefined {
  return text ? parseConnectionName(text) : undefined
}

/** @throws {RotationIntervalError} `rotation_not_possible` */
export function requireRotatable(
  kind: Connection['credential']['kind'] | undefined,
  rotationIntervalDays: number | undefined,
): void {
  if (kind !== 'api-token' || rotationIntervalDays === undefined) return
  throw new RotationIntervalError(
    'rotation_not_possible',
    'An API token is to be rotated, and only a person can make one.',
    { remedy: 'Leave the interval out, or connect a service app with its key.' },
  )
}
