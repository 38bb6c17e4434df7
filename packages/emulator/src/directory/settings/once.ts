/** @module What every org has from the start and nobody changes: made when it is first asked for. */

import type { Org } from '../../state/org.ts'

const all: ((org: Org) => unknown)[] = []

/** What `make` gives for an org, made once. */
export function onePerOrg<T>(make: (org: Org) => T): (org: Org) => T {
  const made = new WeakMap<Org, { readonly value: T }>()
  const get = (org: Org) => {
    const known = made.get(org) ?? { value: make(org) }
    made.set(org, known)
    return known.value
  }
  all.push(get)
  return get
}

/** Makes all of it now, so that its ids do not depend on what is asked for first. */
export function makeEachOnce(org: Org): void {
  for (const get of all) get(org)
}
