/** @module What a Connect session is asked for, judged: every value at once. */

import { formatScopes, parseClientId, parseOrgUrl, parseScopes } from '@postern/core'
import {
  type ConnectField,
  type ConnectMethod,
  connectMethods,
  fieldsOf,
} from '../config/connect-fields.ts'
import { ConnectionError, Form } from '../config/connection-form.ts'
import { parseConnectionName } from '../config/connection-name.ts'
import { parseDescription } from '../config/description.ts'
import { expandScopeBundle } from '../config/scope-bundle.ts'
import { parseWanted } from '../config/wanted-scopes.ts'
import type { ConnectSessionSettings } from '../store/connect-session-values.ts'
import { originUnknown } from './connect-session-error.ts'

/** A session that is wanted, as it was typed. */
export interface NewConnectSession {
  /** Of the connection that is to be. */
  readonly name: string
  /** What is fixed; a person gives the rest. */
  readonly orgUrl?: string | undefined
  readonly clientId?: string | undefined
  readonly description?: string | undefined
  readonly scopes?: string | readonly string[] | undefined
  /** A bundle's name, or the scopes of what the connection is for. */
  readonly wants?: string | readonly string[] | undefined
  /** How it may sign in. Default: either way. */
  readonly methods?: readonly ConnectMethod[] | undefined
  /** What a person may set. Default: everything that the methods have and that is not fixed. */
  readonly fields?: readonly ConnectField[] | undefined
  /** The origin of the page that embeds or opens the Connect page. */
  readonly origin?: string | undefined
  /** Default, and at most, a quarter of an hour. */
  readonly lifeSeconds?: number | undefined
}

/** A session that can be made. */
export interface JudgedSession {
  readonly name: string
  readonly settings: ConnectSessionSettings
  readonly lifeMs: number
}

const LIFE_SECONDS = 900

/**
 * Judges what a session is asked for.
 *
 * @throws {ConnectionError} with every value that cannot be used; {@link ConnectSessionError} `connect_origin_unknown`
 */
export async function judgeSession(
  context: {
    readonly dev: boolean
    readonly customDomains: () => Promise<readonly string[]>
    readonly connectOrigins: readonly string[]
  },
  asked: NewConnectSession,
): Promise<JudgedSession> {
  const { dev, connectOrigins } = context
  const customDomains = await context.customDomains()
  const form = new Form()
  const { orgUrl, clientId, scopes, wants } = asked
  const name = form.read('Connection Name', () => ({ value: parseConnectionName(asked.name) }))
  const org = form.read('Org URL', () => ({
    value: orgUrl ? parseOrgUrl(orgUrl, { dev, customDomains }).org : undefined,
  }))
  const client = form.read('Client ID', () => ({
    value: clientId ? parseClientId(clientId).clientId : undefined,
  }))
  const fixedScopes = form.read('Scopes', () => ({
    value: scopes === undefined ? undefined : parseScopes(scopeTexts(scopes)).scopes,
  }))
  const wanted = form.read('For', () => ({
    value: wants === undefined ? undefined : parseWanted(wants),
  }))
  const description = form.read('Description', () => ({
    value: parseDescription(asked.description),
  }))
  if (name === undefined || form.problems.length > 0) throw new ConnectionError(form.problems)
  const origin = asked.origin === undefined ? undefined : URL.parse(asked.origin)?.origin
  if (asked.origin !== undefined && !connectOrigins.includes(origin ?? '')) throw originUnknown()
  const given = {
    ...(org === undefined ? {} : { orgUrl: org }),
    ...(client === undefined ? {} : { clientId: client }),
    ...(description ? { description } : {}),
    ...(fixedScopes === undefined ? {} : { scopes: formatScopes(fixedScopes) }),
  }
  const methods = connectMethods.filter((method) => asked.methods?.includes(method) ?? true)
  const fields = fieldsOf(methods).filter(
    (field) => !(field in given) && (asked.fields?.includes(field) ?? true),
  )
  const settings = {
    ...{ given, methods, fields },
    ...(wanted === undefined ? {} : { wants: wanted }),
    ...(origin === undefined ? {} : { origin }),
  }
  return { name, settings, lifeMs: (asked.lifeSeconds ?? LIFE_SECONDS) * 1_000 }
}

function scopeTexts(scopes: string | readonly string[]): string | readonly string[] {
  return typeof scopes === 'string' ? expandScopeBundle(scopes) : scopes
}
