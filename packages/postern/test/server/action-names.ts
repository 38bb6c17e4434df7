/** @module The names that tests of actions need of an emulated org. */

import type { RunningOrg } from '@postern/emulator'

/** What an org lists. */
interface Listed {
  readonly profile: { readonly login?: string; readonly name?: string }
}

/** Logins of its active users, and names of the groups that Okta did not make. */
export async function namesIn({ url, adminToken }: RunningOrg): Promise<{
  readonly users: readonly string[]
  readonly groups: readonly string[]
}> {
  const headers = { authorization: `SSWS ${adminToken}` }
  const list = async (path: string): Promise<readonly Listed[]> =>
    (await fetch(url + path, { headers })).json() as Promise<readonly Listed[]>
  const users = await list('/api/v1/users?filter=status eq "ACTIVE"')
  const groups = await list('/api/v1/groups?filter=type eq "OKTA_GROUP"')
  return {
    users: users.map(({ profile }) => profile.login ?? ''),
    groups: groups.map(({ profile }) => profile.name ?? ''),
  }
}
