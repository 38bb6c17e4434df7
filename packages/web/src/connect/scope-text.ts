/** @module The names of scopes in what was typed, before it is judged. */

import { formatScopes } from '@postern/core'

/** The names, in the order they were typed, each once. */
export function namesIn(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,;|"'[\]]+/).filter((name) => name !== ''))]
}

/** The text with these scopes in it too. */
export function withScopes(text: string, scopes: readonly string[]): string {
  return formatScopes(new Set([...namesIn(text), ...scopes]))
}
