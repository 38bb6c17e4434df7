/** @module Reads the credentials that a request gives a user. Passwords are judged and forgotten. */

import { readMembers } from '../../http/fields.ts'
import { blank, invalid, oktaError } from '../../http/okta-error.ts'
import type { JsonObject } from '../../json.ts'
import type { User } from '../../state/user.ts'

/** What a request says about credentials; absent members stay as they are. */
export interface GivenCredentials {
  readonly hasPassword?: true
  readonly recoveryQuestion?: string
  readonly provider?: User['provider']
}

const requirements =
  'Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username.'

/**
 * The `credentials` of a request.
 *
 * @throws {RefusedRequest} `E0000001` for a password against the policy or half a recovery question, `E0000003` for what
 *   is no object.
 */
export function readCredentials(given: unknown, profile: JsonObject): GivenCredentials {
  const credentials = readMembers(given)
  const { value, hash, hook } = readMembers(credentials['password'])
  if (value !== undefined && value !== null) requireGoodPassword(value, profile)
  const hasPassword = [value, hash, hook].some((member) => member !== undefined && member !== null)
  const { question, answer } = readMembers(credentials['recovery_question'])
  const provider = readMembers(credentials['provider'])
  return {
    ...(hasPassword && { hasPassword }),
    ...(question !== undefined && { recoveryQuestion: readQuestion(question, answer) }),
    ...(typeof provider['type'] === 'string' && {
      provider: { type: provider['type'], name: String(provider['name'] ?? provider['type']) },
    }),
  }
}

function requireGoodPassword(value: unknown, profile: JsonObject): void {
  if (typeof value !== 'string') throw oktaError('E0000003')
  const strong = [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value))
  const parts = String(profile['login'])
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part.length >= 4)
  const telling = parts.some((part) => value.toLowerCase().includes(part))
  if (strong && !telling && value.length >= 8 && value.length <= 72) return
  throw invalid('password', `password: Password requirements were not met. ${requirements}`)
}

function readQuestion(question: unknown, answer: unknown): string {
  if (typeof question !== 'string' || typeof answer !== 'string') throw oktaError('E0000003')
  if (question.trim() === '') throw blank('recovery_question', 'question')
  if (answer.length < 4) throw invalid('recovery_question', 'answer: The field is too short')
  return question
}
