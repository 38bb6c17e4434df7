/** @module Garbage sent to every route of the directory: it ends in an answer of Okta's, never in a fault of ours. */

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directoryRoutes } from '../../src/directory/routes.ts'
import { type DirectoryOrg, openDirectory, putUser } from './directory-org.ts'

let directory: DirectoryOrg
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.running.close())

const words = ['me', 'rules', 'default', '..', '%00', '%FF', '00u', '__proto__', 'a'.repeat(300)]
const parameters = ['search', 'filter', 'q', 'limit', 'after', 'sortBy', 'sortOrder', 'fields']
const members = [
  ...['profile', 'credentials', 'password', 'value', 'groupIds', 'type', 'name', 'conditions'],
  ...['expression', 'people', 'users', 'exclude', 'actions', 'assignUserToGroups', 'login'],
  ...['definitions', 'custom', 'properties', '__proto__', 'constructor', 'email', 'provider'],
]
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(...words, '-1', '0', '1e9', 'id pr', 'not (id pr)', 'profile:(login)'),
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, 0, -1, 1e308, '', 'x', 'a@example.com'),
    fc.string({ maxLength: 10 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 5 }),
  ),
})).value
const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH')

test('no method, path, query or body ends in an unexpected error', async () => {
  const { org } = directory.running
  const ids = () => [
    [...org.users].at(-1)?.id ?? '',
    [...org.groups].at(-1)?.id ?? '',
    [...org.rules].at(-1)?.id ?? '',
    org.everyoneId,
  ]
  const requests = fc.record({
    route: fc.constantFrom(...directoryRoutes),
    method: fc.option(methods, { freq: 4 }),
    segments: fc.array(fc.oneof(texts, fc.nat({ max: 3 })), { minLength: 2, maxLength: 2 }),
    query: fc.array(fc.tuple(fc.constantFrom(...parameters), texts), { maxLength: 3 }),
    body: fc.oneof(
      json.map((value) => JSON.stringify(value)),
      fc.string({ maxLength: 20 }),
    ),
    contentType: fc.constantFrom(
      'application/json',
      'text/plain',
      'x',
      'application/json; okta-response=',
    ),
  })
  const codes = new Set<string>()
  const admin = [...org.users][0]
  const token = [...org.apiTokens].find(({ value }) => value === directory.running.adminToken)
  // A request may deactivate or delete the administrator who sends them all.
  const restore = () => {
    if (admin !== undefined) org.putUser(admin)
    if (token !== undefined) org.apiTokens.put(token)
  }
  const judge = async (request: {
    route: (typeof directoryRoutes)[number]
    method: string | null
    segments: readonly (string | number)[]
    query: [string, string][]
    body: string | undefined
    contentType: string
  }) => {
    let number = 0
    const path = request.route.path.replaceAll(/\{\w+\}/g, () => {
      const segment = request.segments[number++ % 2] ?? ''
      const text = typeof segment === 'number' ? (ids()[segment] ?? '') : segment
      return /^%[0-9A-F]{2}$/.test(text) ? text : encodeURIComponent(text.toWellFormed())
    })
    const method = request.method ?? request.route.method
    const query = new URLSearchParams(request.query)
    const answer = await directory.call(method, `${path}?${query}`, {
      headers: { 'content-type': request.contentType },
      ...(method !== 'GET' && { body: request.body ?? '' }),
    })
    // Okta itself answers 501 to changes of its own groups.
    if (answer.body?.errorCode === 'E0000060') expect(answer.status).toBe(501)
    else expect(answer.status).toBeLessThan(500)
    expect(directory.running.unexpected).toEqual([])
    codes.add(String(answer.body?.errorCode ?? answer.status))
    if (answer.body?.errorCode === 'E0000011') restore()
  }
  putUser(directory, 'victim@example.com')
  await fc.assert(fc.asyncProperty(requests, judge), { numRuns: 1_500 })
  // The requests got as far as the handlers, and were not all refused at the door.
  expect([...codes]).toEqual(
    expect.arrayContaining(['200', 'E0000001', 'E0000003', 'E0000007', 'E0000031']),
  )
})
