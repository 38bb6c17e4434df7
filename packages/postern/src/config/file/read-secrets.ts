/** @module Reads the secrets that a declared connection refers to. */

import type { Secret } from '@postern/core'
import type { ConnectionMembers } from '../connection-members.ts'
import type { ConfigPlace } from '../secret-reference.ts'
import type { DeclaredConnection } from './declared.ts'
import { showName } from './problem.ts'
import { type Reference, type ReferenceSources, readReference } from './reference.ts'

/**
 * The members of a declared connection, its secrets among them.
 *
 * @throws {FileError | SecretCommandError} for the first that cannot be read.
 */
export async function readMembers(
  { name, members, secrets, clientId, keyId, headers }: DeclaredConnection,
  sources: ReferenceSources,
): Promise<ConnectionMembers> {
  const read = async (value: string | Reference | undefined, place: ConfigPlace) => {
    if (value === undefined || typeof value === 'string') return value
    return textOf(await readReference(value, place, sources))
  }
  const at = (member: string): ConfigPlace => `connections.${name}.${member}`
  const texts = {
    clientId: await read(clientId, at('clientId')),
    keyId: await read(keyId, at('keyId')),
    key: await read(secrets.key, at('secrets.key')),
    passphrase: await read(secrets.passphrase, at('secrets.passphrase')),
    apiToken: await read(secrets.apiToken, at('secrets.apiToken')),
  }
  const sealed: [string, string][] = []
  for (const [header, value] of Object.entries(headers ?? {})) {
    sealed.push([header, (await read(value, at(`headers.${showName(header)}`))) ?? ''])
  }
  const found = Object.entries(texts).filter(([, text]) => text !== undefined)
  return {
    ...members,
    name,
    ...Object.fromEntries(found),
    ...(headers === undefined ? {} : { headers: Object.fromEntries(sealed) }),
  }
}

function textOf(secret: Secret): string {
  return secret.reveal()
}
