/** @module The form of a connection: its fields in the order a person meets them, and what is wrong with each. */

import { PosternError, type Warning } from '@postern/core'

/** One value that cannot be used. */
export interface ConnectionProblem {
  readonly field: string
  /** The flag of the command line that sets it. */
  readonly flag: string
  /** The member of the API's JSON, and of a file's, that sets it. */
  readonly member: string
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** A connection with values that cannot be used; `details.problems` has all of them, in the order of the form. */
export class ConnectionError extends PosternError<'connection_invalid'> {
  override readonly name = 'ConnectionError'
  readonly problems: readonly ConnectionProblem[]

  constructor(problems: readonly ConnectionProblem[]) {
    const fields = problems.map(({ field }) => field).join(', ')
    super('connection_invalid', `The connection cannot be used as it is: ${fields}.`, {
      remedy: 'Correct each of the values named.',
      details: { problems },
    })
    this.problems = problems
  }
}

/** What is worth knowing about a value. */
export type ConnectionWarning = Warning & { readonly field: string }

/** The fields in the order a person meets them, each with its flag and its member. */
const FIELDS = {
  'Connection Name': ['NAME', 'name'],
  'Org URL': ['--org', 'orgUrl'],
  'API Key': ['--api-token', 'apiToken'],
  'Client ID': ['--client-id', 'clientId'],
  'Private Key': ['--key', 'key'],
  Scopes: ['--scopes', 'scopes'],
  Description: ['--description', 'description'],
  'Jwt Auth Algorithm': ['--jwt-alg', 'jwtAlg'],
  'Advanced JWT': ['--jwt-expiry-seconds', 'jwtExpirySeconds'],
  'Jwt Auth Claims Audience': ['--jwt-audience', 'jwtAudience'],
  'Additional Claims': ['--jwt-claim', 'jwtClaims'],
  'Token URL': ['--token-url', 'tokenUrl'],
  'Assertion Key': ['--assertion-key', 'assertionKey'],
  Headers: ['--header', 'headers'],
  For: ['--for', 'wants'],
  'Key Set': ['--jwks-url', 'jwksUrl'],
  Rotation: ['--rotation-interval-days', 'rotationIntervalDays'],
  'Rotation Admin': ['--rotation-admin', 'rotationAdmin'],
} as const satisfies Readonly<Record<string, readonly [flag: string, member: string]>>

/** The name of a field. */
export type Field = keyof typeof FIELDS

const ORDER = Object.keys(FIELDS)

/** What is to be corrected. Some fields have more than one value, and the error tells which. */
function placeOf(field: Field, { code, details }: PosternError): readonly [string, string] {
  if (field === 'Private Key' && code.startsWith('kid_')) return ['--kid', 'keyId']
  if (field !== 'Advanced JWT' || code !== 'assertion_claim') return FIELDS[field]
  switch (details['claim']) {
    case 'issuer':
      return ['--jwt-issuer', 'jwtIssuer']
    case 'subject':
      return ['--jwt-subject', 'jwtSubject']
    default:
      return FIELDS['Additional Claims']
  }
}

interface FieldValue<Value> {
  readonly value: Value
  readonly warnings?: readonly Warning[]
}

/** Collects what is wrong with each field, so that a person hears of everything at once. */
export class Form {
  readonly #problems: ConnectionProblem[] = []
  readonly warnings: ConnectionWarning[] = []

  /** What is wrong, in the order of the form. */
  get problems(): readonly ConnectionProblem[] {
    return this.#problems.toSorted((a, b) => ORDER.indexOf(a.field) - ORDER.indexOf(b.field))
  }

  /** What `parse` gives, unless it refuses: that is a problem of the field. */
  read<Value>(field: Field, parse: () => FieldValue<Value>): Value | undefined {
    try {
      return this.#accept(field, parse())
    } catch (error) {
      return this.#refuse(field, error)
    }
  }

  /** The same, where it takes time. */
  async readLater<Value>(
    field: Field,
    parse: () => Promise<FieldValue<Value>>,
  ): Promise<Value | undefined> {
    try {
      return this.#accept(field, await parse())
    } catch (error) {
      return this.#refuse(field, error)
    }
  }

  /** What a form within this one gives; its problems and warnings are this one's too. */
  async include<Value extends { readonly warnings: readonly ConnectionWarning[] }>(
    parse: () => Promise<Value>,
  ): Promise<Value | undefined> {
    try {
      const value = await parse()
      this.warnings.push(...value.warnings)
      return value
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      this.#problems.push(...error.problems)
      return undefined
    }
  }

  #accept<Value>(field: Field, { value, warnings = [] }: FieldValue<Value>): Value {
    this.warnings.push(...warnings.map((warning) => ({ ...warning, field })))
    return value
  }

  #refuse(field: Field, error: unknown): undefined {
    if (!(error instanceof PosternError)) throw error
    const { code, message, remedy } = error
    const [flag, member] = placeOf(field, error)
    this.#problems.push({ field, flag, member, code, message, remedy })
  }
}
