/** @module Okta's ids: a prefix of three characters and 17 of base 62, rising with time; and the ids of errors and requests. */

import { randomBytes } from 'node:crypto'
import { hash, hashText } from './random.ts'

/** The digits of base 62, by rising value and rising as text. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE64URL_ID = 22

/** What an id names, by its prefix. */
export const idPrefixes = {
  user: '00u',
  group: '00g',
  app: '0oa',
  org: '00o',
  rule: '0pr',
  policy: '00p',
  policyRule: 'rul',
  apiToken: '00T',
  userType: 'oty',
  userSchema: 'osc',
  zone: 'nzo',
  device: 'guo',
  grant: 'oag',
  appKey: 'pks',
  clientSecret: 'ocs',
  resourceSet: 'iam',
  setResource: 'ire',
  customRole: 'cr0',
  userRole: 'ra1',
  groupRole: 'gra',
  clientRole: 'irb',
  appPolicy: 'rst',
  appLink: 'aln',
  appUser: '0ua',
  authenticator: 'aut',
} as const

/** What can have an id. */
export type IdKind = keyof typeof idPrefixes

const AFTER_PREFIX = /^[0-9A-Za-z]{17}$/

/** Whether a text has the shape of an id of a kind; such an object need not be there. */
export function isId(text: string, kind: IdKind): boolean {
  const prefix = idPrefixes[kind]
  return text.startsWith(prefix) && AFTER_PREFIX.test(text.slice(prefix.length))
}

/** Gives out the ids of one org. Ids of a kind rise: the later one is the greater text. */
export class Ids {
  readonly #seed: number
  readonly #counters = new Map<string, number>()

  constructor(seed: number) {
    this.#seed = seed
  }

  /** How many ids there were so far, by prefix. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters)
  }

  /** Goes on behind those that were given out before. */
  goOn(counts: Readonly<Record<string, number>>): void {
    for (const [prefix, count] of Object.entries(counts)) {
      this.#counters.set(prefix, Math.max(count, this.#counters.get(prefix) ?? 0))
    }
  }

  /** The next id of a kind, 20 characters; a pure function of the seed and of how many came before. */
  next(kind: IdKind): string {
    const prefix = idPrefixes[kind]
    const counter = this.#counters.get(prefix) ?? 0
    this.#counters.set(prefix, counter + 1)
    return `${prefix}${rising(counter)}${tail(this.#seed, prefix, counter)}5d7`
  }
}

// Starts high enough for ids to look like Okta's, low enough for ten million of them.
function rising(counter: number): string {
  let rest = counter + 62 ** 6 * 40
  let text = ''
  for (let digit = 0; digit < 7; digit++) {
    text = `${BASE62.charAt(rest % 62)}${text}`
    rest = Math.floor(rest / 62)
  }
  return text
}

function tail(seed: number, prefix: string, counter: number): string {
  const kind = hashText(prefix)
  let text = ''
  for (let digit = 0; digit < 7; digit++)
    text += BASE62.charAt(hash(seed, kind, counter, digit) % 62)
  return text
}

/** The id of an error: `oae` and 22 characters. */
export function errorId(): string {
  return `oae${randomText(BASE64URL_ID)}`
}

/** The id of a request: 32 lower-case hexadecimal characters. */
export function requestId(): string {
  return randomBytes(16).toString('hex')
}

/** Text of the base64url alphabet that nobody can guess. */
export function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length)
}
