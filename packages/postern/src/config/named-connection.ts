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
import { parseWanted } from './wanted-scopes.ts'

/** What is asked for, as it was typed. */
export interface ConnectionRequest {
  readonly name: string
  readonly values: ConnectionValues
  /** A bundle's name, or the scopes of what the connection is for. Default: the scopes it asks for. */
  readonly wants?: string | readonly string[] | undefined
  /** Days between scheduled rotations of the key. Default: there are none. */
  readonly rotationIntervalDays?: number | undefined
}

/** A connection ready to be kept. */
export interface NamedConnection extends Connection {
  readonly name: string
  readonly wants: readonly string[] | undefined
  readonly rotationIntervalDays: number | undefined
}

/** What can be wrong with a scheduled rotation. */
export class RotationIntervalError extends PosternError<'rotation_not_possible'> {
  override readonly name = 'RotationIntervalError'
}

/** The request that the members of a new connection stand for. */
export function connectionRequestOf(members: ConnectionMembers): ConnectionRequest {
  const { name, ...rest } = members
  const { wants, rotationIntervalDays } = members
  return { name, values: valuesOf(rest), wants, rotationIntervalDays }
}

/**
 * Parses a connection that is to be kept.
 *
 * @throws {ConnectionError} with every problem, in the order of the form.
 */
export async function parseNamedConnection(
  { name: nameText, values, wants: wantsText, rotationIntervalDays }: ConnectionRequest,
  options: ConnectionOptions,
): Promise<NamedConnection> {
  const form = new Form()
  const name = form.read('Connection Name', () => ({ value: parseConnectionName(nameText) }))
  const wants = form.read('For', () => ({
    value: wantsText === undefined ? undefined : parseWanted(wantsText),
  }))
  const connection = await form.include(() => parseConnection(values, options))
  form.read('Rotation', () => ({
    value: requireRotatable(connection?.credential.kind, rotationIntervalDays),
  }))
  if (name === undefined || connection === undefined || form.problems.length > 0) {
    throw new ConnectionError(form.problems)
  }
  return { ...connection, name, wants, rotationIntervalDays }
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
