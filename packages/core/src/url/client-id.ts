/** @module A client ID: copied from the app's General tab, and told from what else people copy. */

import { PosternError, type Warning } from '../error.ts'
import { type ClientIdLookAlike, clientIdLookAlike } from './client-id-look-alikes.ts'

/** What can be wrong with a client ID. */
export type ClientIdErrorCode = 'client_id_empty' | 'client_id_invalid' | 'client_id_looks_wrong'

/** What was changed in a client ID, or is worth knowing about it. */
export type ClientIdWarningCode =
  | 'client_id_unquoted'
  | 'client_id_custom'
  | 'client_id_label_removed'
  | 'client_id_invisible_removed'

/** The text is not a client ID. */
export class ClientIdError extends PosternError<ClientIdErrorCode> {
  override readonly name = 'ClientIdError'
}

/** An accepted client ID, with what was changed in the text. */
export interface ParsedClientId {
  readonly clientId: string
  readonly warnings: readonly Warning<ClientIdWarningCode>[]
}

/** What to do about each refusal of a client ID, by its code. */
export const clientIdRemedies: Readonly<Record<ClientIdErrorCode, string>> = {
  client_id_empty: "Enter the Client ID from the app's General tab.",
  client_id_invalid:
    "A client ID has 6 to 100 letters, digits or $-_.+!*'(), characters. Copy it from the app's General tab.",
  client_id_looks_wrong:
    "This is not a client ID (detail names what it looks like). Copy the Client ID from the app's General tab.",
}

const messages: Readonly<Record<ClientIdWarningCode, string>> = {
  client_id_unquoted: 'Quotes were removed.',
  client_id_custom: 'Most client IDs have 0oa and 17 letters or digits; this one has another form.',
  client_id_label_removed: 'The label before the client ID was removed.',
  client_id_invisible_removed: 'Invisible characters were removed.',
}

// The text of a 4096-bit key in a JWK: what is longer is nothing a person takes for a client ID.
const MAX_CHARACTERS = 4_096
const ALLOWED = /^[A-Za-z0-9$\-_.+!*'(),]{6,100}$/
// Okta's own choice, and the one of a setup of Postern's.
const USUAL = /^(?:0oa[A-Za-z0-9]{17}|postern-[a-z0-9-]{1,74}-[0-9a-f]{16})$/
const TWO = /^0oa[A-Za-z0-9]{17},0oa/
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
const ASCII_SPACE_AROUND = /^[\t\n\r ]+|[\t\n\r ]+$/g
const LABEL =
  /^["']?(?:export\s+)?(?:okta[ _-]?)?(?:[a-z]{1,12}_)?client[ _-]?id["']?(?:\s*[:=]\s*|\s+)(?=\S)/i
const QUOTED = /^(?:"([^"]*)"|'([^']*)'|`([^`]*)`|“([^”]*)”|‘([^’]*)’|«([^»]*)»)[,;]?$/

/**
 * Reads a client ID.
 *
 * An app's client ID is its app id unless one was chosen when it was made, so other forms pass with a warning.
 *
 * @throws {ClientIdError} with `details.detail` naming what a `client_id_looks_wrong` looks like; never with the text.
 * @see Okta, "Applications API" - `credentials.oauthClient.client_id`: 6 to 100 characters, not ALL_CLIENTS
 */
export function parseClientId(text: string): ParsedClientId {
  const warnings: ClientIdWarningCode[] = []
  if (text.length > MAX_CHARACTERS) {
    throw clientIdError('client_id_invalid', `The text has ${text.length} characters.`)
  }
  const visible = text.replace(INVISIBLE, '')
  if (visible.trim() !== text.replace(ASCII_SPACE_AROUND, '')) {
    warnings.push('client_id_invisible_removed')
  }
  const unlabelled = visible.trim().replace(LABEL, '')
  if (unlabelled !== visible.trim()) warnings.push('client_id_label_removed')
  const clientId = unquote(unlabelled)
  if (clientId !== unlabelled) warnings.push('client_id_unquoted')
  if (clientId === '') throw clientIdError('client_id_empty', 'There is no text.')
  const lookAlike = clientIdLookAlike(clientId)
  if (lookAlike !== undefined) {
    throw clientIdError(
      'client_id_looks_wrong',
      `The text looks like ${lookAlike.article}.`,
      lookAlike,
    )
  }
  if (!ALLOWED.test(clientId) || TWO.test(clientId))
    throw clientIdError('client_id_invalid', observedFault(clientId))
  if (clientId === 'ALL_CLIENTS') {
    throw clientIdError('client_id_invalid', "The text is Okta's word for every client at once.")
  }
  if (!USUAL.test(clientId)) warnings.push('client_id_custom')
  return { clientId, warnings: warnings.map((code) => ({ code, message: messages[code] })) }
}

function unquote(text: string): string {
  const groups = QUOTED.exec(text)
  if (groups === null) return text
  return (groups.slice(1).find((group) => group !== undefined) ?? '').trim()
}

function observedFault(clientId: string): string {
  return /^[!-~]{1,5}$/.test(clientId)
    ? `The text has ${clientId.length} characters.`
    : 'The text is more than one client ID, has a character that none has, or is longer than 100 characters.'
}

function clientIdError(
  code: ClientIdErrorCode,
  observed: string,
  lookAlike?: ClientIdLookAlike,
): ClientIdError {
  return new ClientIdError(code, observed, {
    remedy: clientIdRemedies[code],
    ...(lookAlike === undefined ? {} : { details: { detail: lookAlike.detail } }),
  })
}
