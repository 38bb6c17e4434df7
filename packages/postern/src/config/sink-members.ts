/** @module A sink as JSON: the members of the API's body and of a file. What its kind takes is judged where the kinds are. */

import { z } from 'zod'

const MAX_NAMED = 64
const MAX_SECRET_CHARACTERS = 65_536

const text = (maxCharacters: number) => z.string().max(maxCharacters)

function named<Value extends z.ZodType>(value: Value) {
  return z
    .record(text(64), value)
    .refine((members) => Object.keys(members).length <= MAX_NAMED, `More than ${MAX_NAMED} names.`)
}

const settings = named(z.unknown()).describe('What the kind takes; GET /v1/sink-kinds has it.')

/** The members of a new sink. Each setting is judged later, by its kind, so that every problem is told at once. */
export const sinkMembers = z.strictObject({
  name: text(200).describe('Lower-case letters, digits and hyphens.'),
  kind: text(64).describe('jsonl, postgres, http and so on.'),
  settings: settings.optional(),
  secrets: named(text(MAX_SECRET_CHARACTERS))
    .optional()
    .describe('By name, as the kind lists them. They are sealed and never come out again.'),
})

/** The members of a change. What is left out stays, single settings too; `null` takes a default again or removes a secret. */
export const sinkChangeMembers = z.strictObject({
  settings: settings.optional(),
  secrets: named(text(MAX_SECRET_CHARACTERS).nullable()).optional(),
})

/** A new sink as JSON. */
export type SinkMembers = z.output<typeof sinkMembers>

/** A change of a sink as JSON. */
export type SinkChangeMembers = z.output<typeof sinkChangeMembers>
