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
  const ip = quote(parts.ipAddress)
  const version = parts.ipAddress.includes(':') ? 'V6' : 'V4'
  const hop = `{"ip":${ip},"geographicalContext":${place},"version":"${version}","source":null}`
  return (
    `{"actor":${renderParticipant(actor)},"client":${renderClient(parts.userAgent, parts.ipAddress, place)}` +
    `,"device":null,"authenticationContext":{"authenticationProvider":null,"credentialProvider":null` +
    `,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":${sessionId}` +
    `,"externalSessionId":${sessionId}},"displayMessage":${quote(displayMessage)},"eventType":${quote(eventType)}` +
    `,"outcome":{"result":${quote(outcome.result)},"reason":${quote(outcome.reason)}}` +
    `,"published":"${formatPublished(publishedMs)}","securityContext":{"asNumber":null,"asOrg":null,"isp":null` +
    `,"domain":null,"isProxy":null},"severity":${quote(parts.severity)}` +
    `,"debugContext":{"debugData":${quoteMembers(parts.debugData)}}` +
    `,"legacyEventType":${quote(legacyEventTypes[eventType] ?? null)}` +
    `,"transaction":{"type":${quote(transaction.type)},"id":${quote(transaction.id)}` +
    `,"detail":${quoteMembers(transaction.detail)}},"uuid":"${uuid}","version":"0"` +
    `,"request":{"ipChain":[${parts.ipAddress === '' ? '' : hop}]},"target":${renderTargets(parts.targets)}}`
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
  const detail = detailEntry === undefined ? 'null' : quoteMembers(detailEntry)
  return `{"id":${quote(id)},"type":${quote(type)},"alternateId":${quote(alternateId)},"displayName":${quote(displayName)},"detailEntry":${detail}}`
}

function quoteMembers(members: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name in members) {
    text += `${text === '' ? '' : ','}${quote(name)}:${quote(members[name] ?? null)}`
  }
  return `{${text}}`
}

// What JSON writes as it is, but for the characters behind the surrogates, which are rare.
const plain = /^[ !#-[\]-\ud7ff]*$/

function quote(text: string | null): string {
  if (text === null) return 'null'
  return plain.test(text) ? `"${text}"` : JSON.stringify(text)
}

const DAY_MS = 86_400_000
const digits = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'))
let shownDay = { startMs: Number.NaN, text: '' }

// `toISOString` takes a tenth of the time of an event; one day's part of it serves all events of that day.
function formatPublished(publishedMs: number): string {
  const startMs = Math.floor(publishedMs / DAY_MS) * DAY_MS
  if (startMs !== shownDay.startMs) {
    shownDay = { startMs, text: formatTime(startMs).slice(0, -'00:00:00.000Z'.length) }
  }
  const ms = publishedMs - startMs
  const two = (number: number) => digits[number]?.slice(1)
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor(ms / 60_000) % 60
  const seconds = Math.floor(ms / 1_000) % 60
  return `${shownDay.text}${two(hours)}:${two(minutes)}:${two(seconds)}.${digits[ms % 1_000]}Z`
}
