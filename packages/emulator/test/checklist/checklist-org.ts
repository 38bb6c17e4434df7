/** @module What every part of the checklist starts from: an org of its own for each test, and what the tests ask of it. */

import { afterEach, beforeEach, expect } from 'vitest'
import type { StartOptions } from '../../src/index.ts'
import type { Group } from '../../src/state/group.ts'
import { type DirectoryOrg, openDirectory, putUser } from '../directory/directory-org.ts'
import { addServiceApp, type ServiceAppOptions, type TestServiceApp } from '../service-app.ts'

export let acme: DirectoryOrg

/** Gives each test of a file its own org. */
export function openOrgForEachTest(): void {
  beforeEach(async () => {
    acme = await openDirectory({ keyType: 'EC' })
  })

  afterEach(async () => {
    expect(acme.running.unexpected).toEqual([])
    await acme.running.close()
  })
}

/** Starts the org anew with other options. */
export async function restart(options: StartOptions): Promise<void> {
  await acme.running.close()
  acme = await openDirectory({ keyType: 'EC', ...options })
}

export const people = (count: number) =>
  Array.from({ length: count }, (_, index) => putUser(acme, `person-${index}@example.com`))

export function putGroup(name: string, more: Partial<Group> = {}): Group {
  const { org } = acme.running
  const nowMs = org.time.secondMs()
  const group: Group = {
    id: org.ids.next('group'),
    type: 'OKTA_GROUP',
    objectClass: ['okta:user_group'],
    createdMs: nowMs,
    lastUpdatedMs: nowMs,
    lastMembershipUpdatedMs: nowMs,
    profile: { name, description: null },
    ...more,
  }
  org.groups.putSettled(group)
  return group
}

export const cursorOf = (link: string | undefined) =>
  new URL(link ?? '').searchParams.get('after') ?? ''
export const limitOf = (link: string | undefined) => new URL(link ?? '').searchParams.get('limit')
export const query = (parameters: Readonly<Record<string, string>>) =>
  new URLSearchParams(parameters)
export const search = (text: string) => `/api/v1/users?${query({ search: text })}`
export const ids = (body: readonly { readonly id: string }[]) => body.map(({ id }) => id)
export const isoAt = (ms: number) => new Date(ms).toISOString()

export async function bookmark(label = 'Handbook'): Promise<string> {
  const url = 'https://example.com/handbook'
  const settings = { app: { requestIntegration: false, url } }
  const body = { name: 'bookmark', label, signOnMode: 'BOOKMARK', settings }
  return (await acme.call('POST', '/api/v1/apps', { body })).body.id
}

export async function askToken(service: TestServiceApp, scope: string, proof?: string) {
  const form = {
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: service.sign(),
  }
  const answer = await fetch(`${acme.running.url}/oauth2/v1/token`, {
    method: 'POST',
    headers: { ...(proof !== undefined && { dpop: proof }) },
    body: new URLSearchParams(form),
  })
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) }
}

/** The header of a service app that has a token for `okta.users.read`. */
export async function bearer(options: ServiceAppOptions = {}): Promise<{ authorization: string }> {
  const { body } = await askToken(addServiceApp(acme.running.org, options), 'okta.users.read')
  return { authorization: `Bearer ${body.access_token}` }
}
