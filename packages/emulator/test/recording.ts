/** @module Recorded exchanges with real orgs, and how an answer of the emulator is held against one. */

import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** One exchange as it was recorded; its public source is named in it. */
export interface Recording {
  readonly name: string
  readonly note: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly query: string | null
    readonly body: unknown
  }
  readonly response: {
    readonly status: number | null
    readonly headers: Readonly<Record<string, string | readonly string[]>> | null
    readonly body: unknown
  }
  readonly source: { readonly repo: string; readonly file: string }
}

/** What came back from the emulator, header names as they were on the wire. */
export interface Received {
  readonly status: number
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: unknown
}

const folder = new URL('./recordings/', import.meta.url)

/** Every recording, by name. */
export const recordings: readonly Recording[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .toSorted()
  .map((file) => ({
    ...JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
    name: basename(file, '.json'),
  }))

/**
 * Where an answer differs from a recording, one line for each place: status, header set, `Link` lines, and the body's
 * members, their order, types and values. Ids, times, hosts and random texts count as equal when their form is.
 */
export function compare(recording: Recording, received: Received, orgUrl: string): string[] {
  const { response } = recording
  return [
    ...(response.status === received.status
      ? []
      : [`status: ${response.status} recorded, ${received.status} given`]),
    ...compareHeaders(recording, received),
    ...compareLinks(recording, received, orgUrl),
    ...compareValues('body', response.body, received.body, orgUrl),
  ]
}

// Some recorders keep a few headers only, so what they lack says nothing.
function isPartial({ note }: Recording): boolean {
  return note.includes('subset')
}

function compareHeaders(recording: Recording, received: Received): string[] {
  const recorded = Object.keys(recording.response.headers ?? {}).map((name) => name.toLowerCase())
  const given = [...received.headers.keys()].map((name) => name.toLowerCase())
  const missing = recorded.filter((name) => !given.includes(name))
  const extra = isPartial(recording) ? [] : given.filter((name) => !recorded.includes(name))
  return [
    ...missing.map((name) => `header ${name}: recorded, not given`),
    ...extra.map((name) => `header ${name}: given, not recorded`),
  ]
}

function compareLinks(recording: Recording, received: Received, orgUrl: string): string[] {
  const headers = recording.response.headers ?? {}
  const recorded = [headers['Link'] ?? headers['link'] ?? []].flat()
  const given = received.headers.get('link') ?? []
  // The recorder of 2020 kept the last of the lines only.
  const compared = recording.note.includes('Link') ? given.slice(-recorded.length) : given
  return compareValues('Link', recorded, compared, orgUrl)
}

function compareValues(place: string, recorded: unknown, given: unknown, orgUrl: string): string[] {
  if (kind(recorded) !== kind(given)) {
    return [`${place}: ${kind(recorded)} recorded, ${kind(given)} given`]
  }
  if (Array.isArray(recorded) && Array.isArray(given)) {
    if (recorded.length !== given.length) {
      return [`${place}: ${recorded.length} items recorded, ${given.length} given`]
    }
    return recorded.flatMap((item, index) =>
      compareValues(`${place}/${index}`, item, given[index], orgUrl),
    )
  }
  if (isObject(recorded) && isObject(given)) return compareMembers(place, recorded, given, orgUrl)
  if (typeof recorded === 'string' && typeof given === 'string') {
    if (recorded.includes('REDACTED')) return []
    const [expected, actual] = [mask(recorded), mask(given.replaceAll(orgUrl, ORG_URL))]
    return expected === actual ? [] : [`${place}: ${expected} recorded, ${actual} given`]
  }
  return recorded === given ? [] : [`${place}: ${recorded} recorded, ${given} given`]
}

function compareMembers(
  place: string,
  recorded: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
  orgUrl: string,
): string[] {
  const [names, givenNames] = [Object.keys(recorded), Object.keys(given)]
  const both = names.filter((name) => givenNames.includes(name))
  const order = givenNames.filter((name) => names.includes(name))
  return [
    ...names
      .filter((name) => !givenNames.includes(name))
      .map((name) => `${place}/${name}: missing`),
    ...givenNames.filter((name) => !names.includes(name)).map((name) => `${place}/${name}: extra`),
    ...(both.join() === order.join() ? [] : [`${place}: order ${both} recorded, ${order} given`]),
    ...both.flatMap((name) =>
      compareValues(`${place}/${name}`, recorded[name], given[name], orgUrl),
    ),
  ]
}

const ORG_URL = 'https://example.okta.com'

// Errors before ids: the beginning of an error's id looks like another id where a hyphen follows.
function mask(text: string): string {
  return text
    .replaceAll('https://example-admin.okta.com', ORG_URL)
    .replaceAll(/https:\/\/[\w.-]*oktacdn\.com/g, '<cdn>')
    .replaceAll(/\.[0-9a-f]{32}\.png/g, '.<hash>.png')
    .replaceAll(/\boae[\w-]{22}/g, '<error>')
    .replaceAll(/\b2?0?(0[0-9a-z]{2}|[a-z][0-9a-z]{2}|JBCU|I5JE)[0-9A-Za-z]{17}\b/g, '<$1>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z/g, '<time>')
    .replaceAll(/^[\w-]{43}$/g, '<thumbprint>')
    .replaceAll(/^[\w-]{100,}$/g, '<modulus>')
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
