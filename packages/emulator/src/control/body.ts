/** @module What a request of the control API says: its JSON body, and numbers in its query. */

import type { Context } from 'hono'
import { isJsonObject, type JsonObject } from '../json.ts'
import { suggestNames } from '../nearest-names.ts'
import { SetupError } from '../setup-error.ts'

/**
 * The body as an object; an empty one where there is no body.
 *
 * @throws {SetupError} `request_invalid` where it is no JSON object.
 */
export async function readBody(context: Context): Promise<JsonObject> {
  const text = await context.req.text()
  if (text === '') return {}
  const value = parse(text)
  if (isJsonObject(value)) return value
  throw new SetupError(
    'request_invalid',
    'The body is no JSON object.',
    'Send a JSON object, or no body.',
  )
}

/**
 * The body as an object whose members have these names and no others.
 *
 * @throws {SetupError} `request_invalid`, naming the first that there is none of.
 */
export async function readMembers(context: Context, names: readonly string[]): Promise<JsonObject> {
  const body = await readBody(context)
  const unknown = Object.keys(body).find((name) => !names.includes(name))
  if (unknown === undefined) return body
  throw new SetupError(
    'request_invalid',
    `The body has a member ${JSON.stringify(unknown.slice(0, 60))}, which there is none of here.`,
    `${suggestNames(unknown, names)}Leave it out; there are ${names.join(', ')}.`,
  )
}

/**
 * A number of the query.
 *
 * @throws {SetupError} `request_invalid` where it is no whole number.
 */
export function readCount(context: Context, name: string, otherwise: number): number {
  const text = context.req.query(name)
  if (text === undefined) return otherwise
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new SetupError(
    'request_invalid',
    `The parameter ${name} is no whole number.`,
    `Write ${name}=0 or more, or leave it out.`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
