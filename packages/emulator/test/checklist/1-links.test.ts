/** @module Checklist, 1: links. */

import { describe, expect, test } from 'vitest'
import { request, valuesOf } from '../http/wire.ts'
import {
  acme,
  cursorOf,
  openOrgForEachTest,
  people,
  putGroup,
  restart,
  search,
} from './checklist-org.ts'

openOrgForEachTest()

describe('1. Links', () => {
  test('each relation is a Link line of its own', async () => {
    people(3)
    const { url, adminToken } = acme.running
    const head = [`Authorization: SSWS ${adminToken}`]
    const answer = await request(url, 'GET /api/v1/users?limit=1', head)
    const [self, next, ...rest] = valuesOf(answer, 'link')
    expect(self).toBe(`<${url}/api/v1/users?limit=1>; rel="self"`)
    expect(next).toMatch(/^<http.*\/api\/v1\/users\?after=\d00u\w{17}&limit=1>; rel="next"$/)
    expect(rest).toEqual([])
  })

  test('self shows the limit in force, encodes anew and drops what was ignored', async () => {
    const path = '/api/v1/users?search=profile.email%20eq%20%22a@b.co%22&sortOrder=0&x=1&limit=500'
    const { links } = await acme.call('GET', path)
    const encoded = 'profile.email+eq+%22a%40b.co%22'
    expect(links).toEqual({ self: `${acme.running.url}/api/v1/users?limit=200&search=${encoded}` })
  })

  test('cursors differ in form from list to list', async () => {
    people(3)
    putGroup('A')
    putGroup('B')
    const next = async (path: string) => cursorOf((await acme.call('GET', path)).links['next'])
    expect(await next('/api/v1/users?limit=1')).toMatch(/^\d00u\w{17}$/)
    expect(await next(`${search('status pr')}&limit=1`)).toMatch(/^00u\w{17}$/)
    expect(await next('/api/v1/groups?limit=1')).toMatch(/^00g\w{17}$/)
    expect(await next('/api/v1/apps?limit=1')).toMatch(/^0oa\w{17}$/)
    expect(await next('/api/v1/devices?limit=1')).toMatch(/^guo\w{17}$/)
    expect(await next('/api/v1/logs?limit=1')).toMatch(/^\d{13}_\d+$/)
  })

  test('next is there only where more follows: not on a last page that is exactly full', async () => {
    people(3)
    const pages = await acme.walk('/api/v1/users?limit=2')
    expect(pages.map(({ body }) => body.length)).toEqual([2, 2])
    expect(pages.map(({ links }) => Object.keys(links))).toEqual([['self', 'next'], ['self']])
  })

  test('groups found by q have no links, even with a limit', async () => {
    putGroup('Alpha')
    putGroup('Alps')
    const { body, headers } = await acme.call('GET', '/api/v1/groups?q=al&limit=1')
    expect([body.length, headers.get('link')]).toEqual([1, null])
  })

  test.each([
    '/api/v1/authenticators',
    '/api/v1/eventHooks',
    '/api/v1/users/me/roles',
    '/api/v1/users/me/factors',
    '/api/v1/users/me/appLinks',
    '/api/v1/meta/types/user',
  ])('%s has no links', async (path) => {
    const { id } = (await acme.call('GET', '/api/v1/users/me')).body
    const { status, headers } = await acme.call('GET', path.replace('/me/', `/${id}/`))
    expect([status, headers.get('link')]).toEqual([200, null])
  })

  test('what is below /iam links to the -admin host', async () => {
    await restart({ host: 'acme.localhost' })
    const { port } = new URL(acme.running.url)
    const head = [`Host: acme.localhost:${port}`, `Authorization: SSWS ${acme.running.adminToken}`]
    const body = JSON.stringify({
      label: 'Readers',
      description: 'x',
      permissions: ['okta.users.read'],
    })
    const type = ['Content-Type: application/json', `Content-Length: ${body.length}`]
    const direct = `http://127.0.0.1:${port}`
    const made = await request(direct, 'POST /api/v1/iam/roles', [...head, ...type], body)
    const admin = `http://acme-admin.localhost:${port}/api/v1/iam/roles`
    expect(valuesOf(made, 'link')).toEqual([
      expect.stringMatching(`^<${admin}/cr0\\w+>; rel="self"$`),
    ])
    const listed = await request(direct, 'GET /api/v1/iam/roles', head)
    expect(listed.body).toContain(`"self":{"href":"${admin}/cr0`)
  })
})
