/** @module The scopes of what a connection is for, by the name of a bundle or one by one. */

import { parseScopes } from '@postern/core'
import { expandScopeBundle } from './scope-bundle.ts'

/** Reads the name of a bundle such as `access-management`, or scopes. @throws {ScopeError} */
export function parseWanted(text: string | readonly string[]): readonly string[] {
  return parseScopes(typeof text === 'string' ? expandScopeBundle(text) : text).scopes
}
