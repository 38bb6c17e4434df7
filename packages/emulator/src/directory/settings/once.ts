/** @module What every org has from the start and nobody changes: made when it is first asked for. */

import type { Org } from '../../state/org.ts'

/** What `make` gives for an org, made once. */
export function onePerOrg<T>(make: (org: Org) => T): (org: Org) => T {
  const made = new WeakMap<Org, { readonly value: T }>()
  return (org) => {
    const known = made.get(org) ?? { value: make(org) }
    made.set(org, known)
    return known.value
  }
}
