/** @module A client of an emulated org that signs in with the API token of somebody with one admin role. */

import { type Org, Secret } from '@postern/core'
import type { EmulatedOrg } from './emulated-org.ts'

/** The value of an API token whose owner is a new user with this role, or with none. */
export async function apiTokenWithRole(
  { admin, running }: Pick<EmulatedOrg, 'admin' | 'running'>,
  role: string | undefined,
): Promise<string> {
  const name = `${(role ?? 'nobody').toLowerCase()}-${running.org.users.size}`
  const profile = {
    firstName: 'Test',
    lastName: name,
    email: `${name}@example.com`,
    login: `${name}@example.com`,
  }
  const created = await admin.request({
    method: 'POST',
    path: '/api/v1/users',
    query: { activate: true },
    body: { profile, credentials: { password: { value: 'Correct-Horse-7' } } },
  })
  const { id } = created.json() as { readonly id: string }
  if (role !== undefined) {
    await admin.request({
      method: 'POST',
      path: `/api/v1/users/${id}/roles`,
      body: { type: role },
    })
  }
  return running.org.addApiToken(id, name).value
}

/** A client that signs in with such a token. */
export async function adminWithRole(org: EmulatedOrg, role: string | undefined): Promise<Org> {
  const apiToken = new Secret(await apiTokenWithRole(org, role))
  return org.client({ credential: { kind: 'api-token', apiToken } })
}
