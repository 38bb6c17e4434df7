/** @module An event as `/api/v1/logs` shows it, made of its parts: the JSON of every member in Okta's order. */

import { formatTime } from '../clock.ts'
import type { Participant } from './event.ts'
import type { Stamp } from './event-source.ts'
import { legacyEventTypes } from './legacy-event-types.ts'
import { describeUserAgent } from './user-agent.ts'

/** What an event consists of. */
export interface EventParts {
  readonly eventType: string
  readonly displayMessage: string
  readonly severity: string
  readonly outcome: { readonly result: string; readonly reason: string | null }
  readonly actor: Participant
  readonly targets: readonly Participant[]
  /** Empty where no client was involved. */
  readonly ipAddress: string
  readonly userAgent: string
  /** JSON of a geographicalContext. */
  readonly place?: string | undefined
  readonly sessionId?: string | undefined
  readonly debugData: Readonly<Record<string, string>>
  readonly transaction: {
    readonly type: string
    readonly id: string
    readonly detail: Readonly<Record<string, string>>
  }
}

/**
 * The JSON of an event. Text, because a page of 1,000 objects takes twice as long to make as everything else about it.
 *
 * @see okta/okta-developer-docs, `reference/rl-system-log-events` - the order of members
 */
export function renderEvent(parts: EventParts, { uuid, publishedMs }: Stamp): string {
  const { actor, displayMessage, eventType, outcome, place = 'null', transaction } = parts
  const sessionId = quote(parts.sessionId ?? null)
  const { ipAddress } = parts
  const version = ipAddress.includes(':') ? 'V6' : 'V4'
  const hop = `{"ip":"${escapeText(ipAddress)}","geographicalContext":${place},"version":"${version}","source":null}`
  return (
    `{"actor":${renderParticipant(actor)},"client":${renderClient(parts.userAgent, ipAddress, place)}` +
    `,"device":null,"authenticationContext":{"authenticationProvider":null,"credentialProvider":null` +
    `,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":${sessionId}` +
    `,"externalSessionId":${sessionId}},"displayMessage":"${escapeText(displayMessage)}"` +
    `,"eventType":"${escapeText(eventType)}"` +
    `,"outcome":{"result":"${escapeText(outcome.result)}","reason":${quote(outcome.reason)}}` +
    `,"published":"${formatTime(publishedMs)}","securityContext":{"asNumber":null,"asOrg":null,"isp":null` +
    `,"domain":null,"isProxy":null},"severity":"${escapeText(parts.severity)}"` +
    `,"debugContext":{"debugData":{${renderMembers(parts.debugData)}}}` +
    `,"legacyEventType":${quote(legacyEventTypes[eventType] ?? null)}` +
    `,"transaction":{"type":"${escapeText(transaction.type)}","id":"${escapeText(transaction.id)}"` +
    `,"detail":{${renderMembers(transaction.detail)}}},"uuid":"${uuid}","version":"0"` +
    `,"request":{"ipChain":[${ipAddress === '' ? '' : hop}]},"target":${renderTargets(parts.targets)}}`
  )
}

function renderClient(userAgent: string, ipAddress: string, place: string): string {
  const known = userAgent === '' ? undefined : describeUserAgent(userAgent)
  const ip = quote(ipAddress === '' ? null : ipAddress)
  // Okta writes the word, not the null.
  return `{"userAgent":${known?.json ?? 'null'},"zone":"null","device":${quote(known?.device ?? null)},"id":null,"ipAddress":${ip},"geographicalContext":${place}}`
}

function renderTargets(targets: readonly Participant[]): string {
  return targets.length === 0 ? 'null' : `[${targets.map(renderParticipant).join(',')}]`
}

function renderParticipant(participant: Participant): string {
  const { id, type, alternateId, displayName, detailEntry } = participant
  const detail = detailEntry === undefined ? 'null' : `{${renderMembers(detailEntry)}}`
  return `{"id":"${escapeText(id)}","type":"${escapeText(type)}","alternateId":"${escapeText(alternateId)}","displayName":"${escapeText(displayName)}","detailEntry":${detail}}`
}

function renderMembers(members: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name in members) {
    text += `${text === '' ? '"' : ',"'}${escapeText(name)}":"${escapeText(members[name] ?? '')}"`
  }
  return text
}

// What JSON writes as it is, but for the characters behind the surrogates, which are rare.
const plain = /^[ !#-[\]-\ud7ff]*$/

function quote(text: string | null): string {
  return text === null ? 'null' : `"${escapeText(text)}"`
}

// Without the quotation marks: each piece that is put to a text costs time once more when the text is sent.
function escapeText(text: string): string {
  return plain.test(text) ? text : JSON.stringify(text).slice(1, -1)
}
