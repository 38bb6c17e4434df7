/** @module Scopes that are named by what they are for. */

import { formatScopes, scopeBundles } from '@postern/core'

const bundles: Readonly<Record<string, { readonly scopes: readonly string[] }>> = scopeBundles

/** The scopes of a bundle where the text is the name of one; any other text as it is. */
export function expandScopeBundle(text: string): string {
  const name = text.trim()
  const bundle = Object.hasOwn(bundles, name) ? bundles[name] : undefined
  return bundle === undefined ? text : formatScopes(bundle.scopes)
}
