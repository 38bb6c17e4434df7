/** @module docs/openapi.json says what the API does. */

import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { compareApiDocs } from '../scripts/api-docs.ts'

test('docs/openapi.json is that of the code; node --conditions=source scripts/api-docs.ts writes it', () => {
  const { found, wanted } = compareApiDocs()
  expect(found).toBe(wanted)
})

test('the description is valid OpenAPI 3.1', async () => {
  const description = JSON.parse(compareApiDocs().wanted)
  expect(description.openapi).toBe('3.1.0')
  expect(await new Validator().validate(description)).toEqual({ valid: true })
})

test('every operation has a name of its own, and says how it refuses', () => {
  const { paths } = JSON.parse(compareApiDocs().wanted)
  const operations = Object.values<object>(paths).flatMap((path) => Object.values(path))
  const names = operations.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
  const silent = operations.filter(({ responses }) => !('500' in responses && '429' in responses))
  expect(silent).toEqual([])
})

test('whoever may call is said for every operation, and only what is public goes without a key', () => {
  const { paths } = JSON.parse(compareApiDocs().wanted)
  const open = Object.entries<Record<string, { security: unknown[] }>>(paths).flatMap(
    ([path, all]) =>
      Object.values(all).flatMap(({ security }) => (security.length === 0 ? [path] : [])),
  )
  expect(open.filter((path) => !path.startsWith('/jwks/')).toSorted()).toEqual([
    '/assets/{file}',
    '/connect/',
    '/connect/embed.js',
    '/console/',
    '/console/{view}',
    '/healthz',
    '/openapi.json',
    '/readyz',
    '/v1/connect/open',
    '/v1/console/openid/begin',
    '/v1/console/openid/callback',
    '/v1/console/session',
    '/v1/console/sign-in',
  ])
})
