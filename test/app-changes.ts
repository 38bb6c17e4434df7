/** @module What happened to the apps of an emulated org, as its ledger has it: to see that nothing was done twice. */

import type { RunningOrg } from '@postern/emulator'

/** The changes of apps, grants, keys and roles since an entry of the ledger, each as `app created`. */
export function appChanges({ org }: RunningOrg, fromSeq = 0): readonly string[] {
  const kinds = ['app', 'grant', 'key', 'role', 'binding', 'secret']
  return org.ledger
    .read(fromSeq)
    .flatMap((entry) =>
      entry.kind === 'change' && kinds.includes(entry.what) ? [`${entry.what} ${entry.op}`] : [],
    )
}

/** Everything that an org keeps about apps and roles, to be compared with what it was. */
export function appState({ org }: RunningOrg): unknown {
  return JSON.parse(
    JSON.stringify({
      apps: [...org.apps],
      customRoles: [...org.customRoles],
      resourceSets: [...org.resourceSets],
      users: [...org.users].map(({ id, roles }) => ({ id, roles })),
    }),
  )
}
