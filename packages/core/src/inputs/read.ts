/** @module Reads an input: judges the credential before, counts, and says where to go on where it stops. */

import { PosternError } from '../error.ts'
import { missingScopes } from '../org/missing-scopes.ts'
import type { Org } from '../org/org.ts'
import type { Batch, Input, ReadOptions } from './input.ts'
import { InputError } from './input-error.ts'
import type { InputName } from './input-name.ts'
import { getInput } from './registry.ts'

/**
 * Reads one input of an org, batch by batch, from the start or from a cursor.
 *
 * Every record is in exactly one batch. Whoever keeps the cursor of the last batch it got goes on there after any
 * failure, without a gap.
 *
 * @throws {InputError} `input_unknown`, `input_since_unsupported`, `input_until_unsupported`, `input_range_reversed`,
 *   `input_cursor_invalid`; `scope_not_granted` and `role_missing` before any record; `input_incomplete` where the walk
 *   stops after the first one: `details.records` came, `details.cursor` is where to go on, and `cause` is what stopped it.
 * @throws what `Org.pages` throws, before any record.
 *
 * @example
 * for await (const { records } of read(org, 'users')) for (const user of records) …
 */
export async function* read(
  org: Org,
  name: InputName,
  options: ReadOptions = {},
): AsyncGenerator<Batch, void, undefined> {
  const input = getInput(name)
  checkOptions(input, options)
  await requireScopes(org, input, options.signal)
  let records = 0
  let { cursor } = options
  try {
    for await (const batch of input.read(org, options)) {
      const left = (options.limit ?? Number.POSITIVE_INFINITY) - records
      if (batch.records.length >= left) {
        yield cut(batch, left)
        return
      }
      // Counted when the caller comes back for more: until then nobody knows that it was kept.
      yield batch
      records += batch.records.length
      cursor = batch.cursor
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    throw records === 0 ? error : incomplete(input, error, { records, cursor })
  }
}

/** The first records of a batch. Its cursor stands behind all of them, and so is left out where some are. */
function cut(batch: Batch, left: number): Batch {
  return batch.records.length === left ? batch : { records: batch.records.slice(0, left) }
}

function checkOptions({ name, takesSince, takesUntil }: Input, options: ReadOptions): void {
  if (options.since !== undefined && !takesSince) {
    throw new InputError('input_since_unsupported', `Okta cannot say what changed in ${name}.`, {
      remedy: 'Read it whole, without since.',
    })
  }
  if (options.until !== undefined && !takesUntil) {
    throw new InputError('input_until_unsupported', `${name} has no history to be read.`, {
      remedy: 'Leave until out: it is for the System Log.',
    })
  }
  checkRange(options)
}

/** Okta gives an empty list for such a range, which looks as if nothing had happened. */
function checkRange({ since, until }: ReadOptions): void {
  if (since === undefined || until === undefined || since <= until) return
  const [from, to] = [since.toISOString(), until.toISOString()]
  throw new InputError('input_range_reversed', `since (${from}) is later than until (${to}).`, {
    remedy: 'Give a since (--since) that is earlier than until (--until).',
    details: { since: from, until: to },
  })
}

/**
 * Checks that a token for the org has what an input needs, since the walk would end in a 403. An API token has no scopes.
 *
 * @throws {InputError} `scope_not_granted`
 */
export async function requireScopes(
  org: Org,
  input: Pick<Input, 'name' | 'resource' | 'scopes'>,
  signal?: AbortSignal,
): Promise<void> {
  const path = input.resource.replace('/{id}', '')
  const { missing, granted } = await missingScopes(org, { path, scopes: input.scopes }, signal)
  if (missing.length === 0) return
  const names = missing.join(', ')
  throw new InputError('scope_not_granted', `The token for ${input.name} has no ${names}.`, {
    remedy: `Grant ${names} on the app's Okta API Scopes tab, and ask for it (--scopes).`,
    details: { missing, granted },
  })
}

function incomplete(
  { name }: Input,
  cause: unknown,
  kept: { readonly records: number; readonly cursor: string | undefined },
): InputError {
  const { records, cursor } = kept
  const known = cause instanceof PosternError ? cause.toJSON() : undefined
  const why = known?.message ?? 'Something failed that was not expected.'
  return new InputError('input_incomplete', `${name} stopped after ${records} records: ${why}`, {
    remedy: `${known?.remedy ?? 'Try again.'} Then go on from the cursor (--cursor), which leaves nothing out.`,
    details: { records, cursor, because: known?.code },
    cause,
  })
}
