import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testKey } from '../service-app.ts'
import {
  type AdminOrg,
  causeOf,
  create,
  openOrg,
  serviceApp,
  tokenOf,
  traceFrom,
} from './admin-org.ts'

let acme: AdminOrg
let appId: string
let keys: string
const { publicJwk } = testKey('key-1', 'ES256')
const second = { ...testKey('key-2', 'ES256').publicJwk }

beforeAll(async () => {
  acme = await openOrg()
})

beforeEach(async () => {
  appId = await create(acme, serviceApp([publicJwk]))
  keys = `/api/v1/apps/${appId}/credentials/jwks`
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

describe('the keys of an app', () => {
  test('one is added with 201, listed, read by its id, deactivated, activated and deleted', async () => {
    const seq = acme.running.org.ledger.size
    const added = await acme.call('POST', keys, second)
    expect(added.status).toBe(201)
    expect(Object.keys(added.body)).toEqual([
      ...['id', 'kid', 'kty', 'alg', 'use', 'x', 'y', 'crv'],
      ...['status', 'created', 'lastUpdated', '_links'],
    ])
    const key = `${keys}/${added.body.id}`
    expect((await acme.call('GET', keys)).body.map(({ kid }: { kid: string }) => kid)).toEqual([
      'key-1',
      'key-2',
    ])
    expect((await acme.call('GET', key)).body).toEqual(added.body)
    const off = await acme.call('POST', `${key}/lifecycle/deactivate`)
    expect(off.body.status).toBe('INACTIVE')
    expect(Object.keys(off.body._links)).toEqual(['activate', 'delete'])
    expect((await acme.call('POST', `${key}/lifecycle/activate`)).body.status).toBe('ACTIVE')
    await acme.call('POST', `${key}/lifecycle/deactivate`)
    expect((await acme.call('DELETE', key)).status).toBe(204)
    expect((await acme.call('GET', key)).status).toBe(404)
    expect(traceFrom(acme, seq)).toEqual([
      ...['created key', 'app.oauth2.credentials.lifecycle.create'],
      ...['updated key', 'app.oauth2.credentials.lifecycle.deactivate'],
      ...['updated key', 'app.oauth2.credentials.lifecycle.activate'],
      ...['updated key', 'app.oauth2.credentials.lifecycle.deactivate'],
      ...['deleted key', 'app.oauth2.credentials.lifecycle.delete'],
    ])
  })

  test('the list is one of two objects by assumption', async () => {
    const { org } = acme.running
    const { body: list } = await acme.call('GET', keys)
    expect(list).toHaveLength(1)
    org.assumptions = { ...org.assumptions, keyListShape: 'object' }
    expect((await acme.call('GET', keys)).body).toEqual({ jwks: { keys: list } })
    org.assumptions = { ...org.assumptions, keyListShape: 'keys' }
    expect((await acme.call('GET', keys)).body).toEqual({ keys: list })
    org.assumptions = { ...org.assumptions, keyListShape: 'array' }
  })

  test('a kid belongs to one key', async () => {
    const answer = await acme.call('POST', keys, publicJwk)
    expect(answer.body.errorSummary).toBe('Api validation failed: JsonWebKey')
    expect(causeOf(answer)).toBe("All keys in the 'jwks' must have a unique `kid`.")
  })

  test('a second key needs a kid, and so does the first', async () => {
    const text = 'Each key should have a unique kid when adding multiple keys.'
    const { kid, ...without } = publicJwk
    expect(causeOf(await acme.call('POST', keys, without))).toBe(text)
    const bare = await create(acme, serviceApp([without]))
    const path = `/api/v1/apps/${bare}/credentials/jwks`
    expect(causeOf(await acme.call('POST', path, second))).toBe(text)
  })

  test('the 51st is refused', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...publicJwk, kid: `k${index}` }))
    const full = await create(acme, serviceApp(many))
    const answer = await acme.call('POST', `/api/v1/apps/${full}/credentials/jwks`, publicJwk)
    expect(causeOf(answer)).toBe(
      "You can't create a new key. You have reached the maximum number of keys allowed (50).",
    )
  })

  test('the only active one stays active, and an active one is not deleted', async () => {
    const [key] = (await acme.call('GET', keys)).body
    const path = `${keys}/${key.id}`
    expect(causeOf(await acme.call('POST', `${path}/lifecycle/deactivate`))).toBe(
      "Can't deactivate the only active JSON Web Key when the value for `token_endpoint_auth_method` is `private_key_jwt`.",
    )
    expect(causeOf(await acme.call('DELETE', path))).toBe(
      "You can't delete an active JSON Web Key. Deactivate the key before deleting it.",
    )
  })

  test('once a scope is granted only a Super Admin rotates', async () => {
    const appAdmin = tokenOf(acme, 'APP_ADMIN')
    expect((await acme.call('POST', keys, second, appAdmin)).status).toBe(201)
    const grant = { scopeId: 'okta.users.read', issuer: acme.running.url }
    await acme.call('POST', `/api/v1/apps/${appId}/grants`, grant)
    const third = testKey('key-3', 'ES256').publicJwk
    const refused = await acme.call('POST', keys, third, appAdmin)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000006'])
    const [key] = (await acme.call('GET', keys, undefined, appAdmin)).body
    const off = `${keys}/${key.id}/lifecycle/deactivate`
    expect((await acme.call('POST', off, undefined, appAdmin)).status).toBe(403)
    expect((await acme.call('POST', keys, third)).status).toBe(201)
  })
})

describe('the secrets of an app', () => {
  test('are two at most, and the last active one stays', async () => {
    const method = { token_endpoint_auth_method: 'client_secret_basic' }
    const path = `/api/v1/apps/${await create(acme, serviceApp([], {}, method))}/credentials/secrets`
    const added = await acme.call('POST', path)
    expect(added.status).toBe(201)
    expect(added.body.id).toMatch(/^ocs/)
    expect(added.body.secret_hash).toHaveLength(22)
    const full = await acme.call('POST', path)
    expect(full.body.errorSummary).toBe('Api validation failed: OAuth2ClientSecretMediated')
    expect(causeOf(full)).toBe('You have reached the maximum number of client secrets per client.')
    const [first] = (await acme.call('GET', path)).body
    const one = `${path}/${first.id}`
    expect((await acme.call('DELETE', one)).status).toBe(400)
    expect((await acme.call('POST', `${one}/lifecycle/deactivate`)).body.status).toBe('INACTIVE')
    const last = `${path}/${added.body.id}/lifecycle/deactivate`
    expect((await acme.call('POST', last)).status).toBe(400)
    expect((await acme.call('DELETE', one)).status).toBe(204)
    expect((await acme.call('GET', path)).body).toHaveLength(1)
  })

  test('are refused where the app has a key instead', async () => {
    const answer = await acme.call('POST', `/api/v1/apps/${appId}/credentials/secrets`)
    expect(answer.status).toBe(400)
    expect(causeOf(answer)).toBe(
      "'client_secret' can't be used when 'token_endpoint_auth_method' is 'private_key_jwt'.",
    )
  })
})
