/** @module Why an input could not be read, or not to its end. */

import { PosternError } from '../error.ts'
import type { Input } from './input.ts'

/** What can go wrong with an input beside what its requests run into. */
export type InputErrorCode =
  | 'input_unknown'
  | 'input_since_unsupported'
  | 'input_until_unsupported'
  | 'input_range_reversed'
  | 'input_cursor_invalid'
  | 'input_incomplete'
  | 'scope_not_granted'
  | 'role_missing'

/** An input that cannot be read, or that stopped: then `details.cursor` is where to go on and `details.records` how many came. */
export class InputError extends PosternError<InputErrorCode> {
  override readonly name = 'InputError'
}

/**
 * The refusal to believe an empty list where every org has at least one record.
 *
 * @see okta/okta-sdk-python, `tests/integration/cassettes/test_dpop_it` - 200 `[]` for a service app without a role
 */
export function roleMissing({
  resource: path,
  everyOrgHas = 'every org has some',
}: Pick<Input, 'resource' | 'everyOrgHas'>): InputError {
  return new InputError(
    'role_missing',
    `GET ${path} was answered 200 with an empty list, and ${everyOrgHas}: the credential has no admin role that covers it.`,
    {
      remedy:
        "Give the app an admin role that covers it, at least Read-Only Administrator, on the app's Admin roles tab (Edit assignments > Add assignment > Save Changes); for an API token, give its owner that role.",
      details: { path },
    },
  )
}
