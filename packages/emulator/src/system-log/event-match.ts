/** @module Which events a request wants: `filter`, an expression, and `q`, words. */

import { type Attribute, compile } from '../expression/evaluate.ts'
import {
  type Expression,
  ExpressionError,
  type Operator,
  parseExpression,
} from '../expression/parse.ts'
import type { ApiRequest } from '../http/request.ts'
import { isJsonObject } from '../json.ts'
import type { LogEvent } from './event.ts'
import type { QuickMember } from './event-source.ts'
import { logError } from './log-error.ts'
import type { SystemLog } from './system-log.ts'

/** An event that is being judged: whole only if something asks for more than the quick members. */
export class Candidate {
  readonly #log: SystemLog
  #number = -1
  #event: LogEvent | undefined
  /** How many events have been made whole so far. */
  rendered = 0

  constructor(log: SystemLog) {
    this.#log = log
  }

  /** Turns to another event. */
  at(number: number): this {
    this.#number = number
    this.#event = undefined
    return this
  }

  peek(member: QuickMember): string | null {
    return this.#log.peek(this.#number, member)
  }

  whole(): LogEvent {
    if (this.#event === undefined) {
      this.#event = this.#log.read(this.#number)
      this.rendered++
    }
    return this.#event
  }
}

/** Whether an event is wanted. */
export type Match = (candidate: Candidate) => boolean

/**
 * What a request wants; undefined where it wants everything.
 *
 * @throws {RefusedRequest} `E0000053` for a filter that cannot be read or names a field that is none, `E0000031` for
 *   `co` where the log does not offer it, `E0000001` for too many or too long words.
 */
export function readMatch({ query }: ApiRequest): Match | undefined {
  const filter = query.get('filter')
  const fits = filter === null || filter.trim() === '' ? undefined : compileFilter(filter)
  const mentions = compileKeywords(query.get('q') ?? '')
  if (fits === undefined || mentions === undefined) return fits ?? mentions
  return (candidate) => fits(candidate) && mentions(candidate)
}

const operators: readonly Operator[] = [
  ...(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr'] as const),
]

const quickMembers = new Set<string>([
  'eventType',
  'actor.id',
  'outcome.result',
  'severity',
] satisfies QuickMember[])

// `published` is missing on purpose: `since` and `until` ask for it.
const fields: readonly RegExp[] = [
  /^(?:uuid|version|severity|eventType|legacyEventType|displayMessage)$/,
  /^(?:actor|target)\.(?:id|type|alternateId|displayName)$/,
  /^target\.(?:detailEntry|changeDetails)\.[\w.]+$/,
  /^outcome\.(?:result|reason)$/,
  /^client\.(?:zone|device|id|ipAddress)$/,
  /^client\.userAgent\.(?:rawUserAgent|os|browser)$/,
  /^(?:client|request\.ipChain)\.geographicalContext\.(?:city|state|country|postalCode|geolocation\.(?:lat|lon))$/,
  /^request\.ipChain\.(?:ip|version|source)$/,
  /^device\.\w+$/,
  /^authenticationContext\.(?:authenticationProvider|credentialProvider|credentialType|issuer\.(?:id|type)|interface|authenticationStep|rootSessionId|externalSessionId)$/,
  /^securityContext\.(?:asNumber|asOrg|isp|domain|isProxy)$/,
  /^transaction\.(?:id|type|detail\.\w+)$/,
  /^debugContext\.debugData\.\w+$/,
]

function compileFilter(filter: string): Match {
  try {
    const expression = parseExpression(filter)
    for (const { path, operator } of testsOf(expression)) requireSupport(path, operator)
    return compile<Candidate>(expression, { find: attributeOf, negation: true })
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown
    throw logError('E0000053', `Invalid filter '${filter}': ${thrown.message}`)
  }
}

function* testsOf(expression: Expression): Generator<Extract<Expression, { kind: 'test' }>> {
  if (expression.kind === 'test') yield expression
  else if (expression.kind === 'not') yield* testsOf(expression.part)
  else for (const part of expression.parts) yield* testsOf(part)
}

function requireSupport(path: string, operator: Operator): void {
  if (!fields.some((field) => field.test(path))) {
    throw logError('E0000053', `field is not valid: ${path}`)
  }
  if (operator === 'co' && /^debugContext\.debugData\.(?:url|requestUri)$/.test(path)) {
    throw logError(
      'E0000031',
      `The supplied combination of operator and field is not currently supported. Operator: ${operator}, Field: ${path}`,
    )
  }
}

function attributeOf(path: string): Attribute<Candidate> {
  if (isQuick(path)) {
    return { kind: 'any', operators, get: (candidate) => candidate.peek(path) }
  }
  const members = path.split('.')
  return { kind: 'any', operators, get: (candidate) => valuesAt(candidate.whole(), members) }
}

function isQuick(path: string): path is QuickMember {
  return quickMembers.has(path)
}

function valuesAt(value: unknown, [member, ...inner]: readonly string[]): unknown {
  if (member === undefined) return value
  if (Array.isArray(value)) return value.map((one) => valuesAt(one, [member, ...inner]))
  const own = isJsonObject(value) && Object.hasOwn(value, member) ? value[member] : undefined
  return valuesAt(own, inner)
}

const MAX_KEYWORDS = 10
const MAX_KEYWORD_CHARACTERS = 40

function compileKeywords(q: string): Match | undefined {
  const keywords = q.toLowerCase().split(/\s+/).filter(Boolean)
  if (keywords.length === 0) return undefined
  if (keywords.some((keyword) => keyword.length > MAX_KEYWORD_CHARACTERS)) {
    throw logError(
      'E0000001',
      `Api validation failed: 'q': Freeform search cannot contain items longer than ${MAX_KEYWORD_CHARACTERS} characters. Please shorten the items in your search or use an advanced filter to query by specific fields.`,
    )
  }
  if (keywords.length > MAX_KEYWORDS) {
    throw logError(
      'E0000001',
      `Api validation failed: 'q': Freeform search cannot contain more than ${MAX_KEYWORDS} items.`,
    )
  }
  return (candidate) => {
    const words = new Set<string>()
    collectWords(candidate.whole(), words)
    return keywords.every((keyword) => words.has(keyword))
  }
}

// Of a text with hyphens the whole and its parts are found.
function collectWords(value: unknown, words: Set<string>): void {
  if (typeof value === 'string') {
    for (const word of value.toLowerCase().split(/\s+/)) {
      words.add(word)
      if (word.includes('-')) for (const part of word.split('-')) words.add(part)
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collectWords(member, words)
  }
}
