/** @module A person as their provider describes them, and what they may do here. */

import { createHash } from 'node:crypto'
import { showHostile } from '@postern/core'
import type { AccessRule } from '../../config/access-rules.ts'
import type { SignIn } from '../../config/sign-in.ts'
import { notPermitted, SignInError } from './sign-in-error.ts'

/** Somebody who has signed in. */
export interface Person {
  /** As the audit log names them: `person:<12 hexadecimal digits of the SHA-256 of the issuer>:<sub>`. */
  readonly actor: string
  readonly name: string
  readonly rules: readonly AccessRule[]
  /** For the row of the audit log: what a name is known by elsewhere. */
  readonly details: Readonly<Record<string, unknown>>
}

/** What a provider says of a person. Nothing in it is trusted to be of any type. */
export type Claims = Readonly<Record<string, unknown>>

const ISSUER_DIGITS = 12
const MAX_NAME_CHARACTERS = 100
const MAX_GROUPS = 10_000
// @see OpenID Connect Core 1.0, section 2 - sub has at most 255 ASCII characters
const SUBJECT = /^[\x21-\x7e]{1,255}$/

/** How the audit log names a person. What a person is called may change; this does not. */
export function actorOf(issuer: string, sub: string): string {
  const digits = createHash('sha256').update(issuer).digest('hex').slice(0, ISSUER_DIGITS)
  return `person:${digits}:${sub}`
}

/**
 * The person of these claims, with the rules of all their groups and their own.
 *
 * @throws {SignInError} `sign_in_token_invalid` without a subject; `sign_in_not_permitted` where no rule gives anything.
 */
export function personOf(claims: Claims, signIn: SignIn): Person {
  const sub = claims['sub']
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) {
    throw new SignInError(
      'sign_in_token_invalid',
      'The provider names a person by no usable sub.',
      {
        remedy: 'Have the provider give a sub of 1 to 255 ASCII characters without spaces.',
      },
    )
  }
  const actor = actorOf(signIn.issuer, sub)
  const groups = groupsOf(claims[signIn.groupsClaim])
  // A Map: a group may have any name, and none is a member that every object has.
  const named = groups.filter((group) => signIn.groups.has(group))
  // Whoever can enter any address at the provider is not therefore the person who has it.
  const email = claims['email_verified'] === true ? textOf(claims['email']) : undefined
  // Of a sub nobody verifies that it is an address.
  const keys = [
    ...(sub.includes('@') ? [] : [sub]),
    ...(email?.includes('@') ? [email, lowerCase(email)] : []),
  ]
  const rules = [
    ...named.flatMap((group) => signIn.groups.get(group) ?? []),
    ...[...new Set(keys)].flatMap((key) => signIn.people.get(key) ?? []),
  ]
  const known = {
    name: shown(claims['name']),
    username: shown(claims['preferred_username']),
    email: shown(claims['email']),
  }
  if (rules.length === 0) throw notPermitted(actor, signIn.groupsClaim)
  const name = known.name ?? known.username ?? known.email ?? sub
  const details = { ...known, issuer: signIn.issuer, groups: named }
  return { actor, name, rules, details }
}

/** Some providers give one group as a text. */
function groupsOf(claim: unknown): readonly string[] {
  const groups = (Array.isArray(claim) ? claim.slice(0, MAX_GROUPS) : [claim]).filter(
    (group) => typeof group === 'string',
  )
  return [...new Set(groups)]
}

/** Of ASCII alone: the Kelvin sign would become a k, and its address that of somebody else. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined
}

function shown(claim: unknown): string | undefined {
  const text = textOf(claim)
  return text && (showHostile(text, { maxCharacters: MAX_NAME_CHARACTERS }) || undefined)
}
