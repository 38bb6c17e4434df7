/** @module The members that a draft is sent as. */

import { type OrgUrl, parseOrgUrl, Secret, tokenUrl } from '@postern/core'
import type { ConnectionMembers, Method, Session } from './answers.ts'
import { DEFAULT_CHOICES, type Draft, filledRows, type OrgAnswer, textMembers } from './draft.ts'

/** The members to send: of the chosen method, and empty where an earlier try left what is taken back now. */
export function membersOf(draft: Draft, { fields, given, draft: earlier }: Session): SentMembers {
  const sent: Record<string, unknown> = {}
  const { texts, rows, key, apiToken, method } = draft
  for (const member of textMembers) {
    if (!isOfMethod(member, method)) continue
    if (member === 'jwksUrl' && texts.keys !== 'url') continue
    const text = texts[member].trim()
    const isTakenBack = text === '' && earlier?.[member] !== undefined
    if (text !== '' || isTakenBack) sent[member] = text || (DEFAULT_CHOICES.get(member) ?? '')
  }
  const org = orgOf(given.orgUrl ?? texts.orgUrl, draft.org)
  if (method === 'api-token') {
    if (apiToken instanceof Secret) sent['apiToken'] = apiToken.reveal().trim()
  } else {
    if (key.at === 'understood') {
      sent['key'] = key.text.reveal()
      if (key.passphrase) sent['passphrase'] = key.passphrase.reveal()
    }
    if (draft.authorizationServerId !== undefined && org !== undefined) {
      sent['tokenUrl'] = tokenUrl(org, draft.authorizationServerId.trim())
    } else if (earlier?.tokenUrl !== undefined) sent['tokenUrl'] = ''
    const claims = filledRows(rows.jwtClaims).map(({ name, value }) => [name.trim(), jsonOf(value)])
    if (claims.length > 0 || earlier?.jwtClaims) sent['jwtClaims'] = Object.fromEntries(claims)
    const headers = filledRows(rows.headers).map(({ name, value }) => [name.trim(), value])
    if (headers.length > 0) sent['headers'] = Object.fromEntries(headers)
  }
  const open: readonly string[] = fields
  return Object.fromEntries(Object.entries(sent).filter(([name]) => open.includes(name)))
}

/** The org, as far as it is known: what the server made of the text, else what core makes of it. */
export function orgOf(text: string, org: OrgAnswer | undefined): OrgUrl | undefined {
  if (org?.text === text && org.judged !== undefined) return org.judged.orgUrl as OrgUrl
  try {
    return parseOrgUrl(text).org
  } catch {
    return undefined
  }
}

/** What is sent to be tried. */
export type SentMembers = Partial<ConnectionMembers>

/** Whether a member belongs to a way of signing in. */
export function isOfMethod(member: string, method: Method): boolean {
  if (member === 'orgUrl' || member === 'description') return true
  return (member === 'apiToken') === (method === 'api-token')
}

/** A claim's value: JSON where it is, as it is otherwise. */
export function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
