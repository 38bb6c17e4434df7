/** @module `postern domains`, as a person runs it where no server runs. */

import { expect, onTestFinished, test } from 'vitest'
import { createPlace } from './run.ts'

test('a domain that is allowed is there for the next command, until it is removed', {
  timeout: 60_000,
}, async () => {
  const place = createPlace()
  onTestFinished(place.remove)
  const allowed = await place.run(['domains', 'allow', 'https://Login.acme.com/'])
  expect([allowed.code, allowed.stdout]).toEqual([0, 'Allowed  login.acme.com\n'])
  const listed = await place.run(['domains', 'list', '--output', 'json'])
  expect(JSON.parse(listed.stdout)).toEqual([
    { host: 'login.acme.com', createdAt: expect.any(String), connections: [] },
  ])
  const refused = await place.run(['domains', 'allow', 'acme.okta.com.example.net'])
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('domain_look_alike')])
  expect((await place.run(['domains', 'remove', 'login.acme.com'])).code).toBe(0)
  const empty = await place.run(['domains', 'list'])
  expect(empty.stdout).toContain("only hosts under Okta's own domains")
})
