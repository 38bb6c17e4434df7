import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AdminOrg,
  addGroup,
  addUser,
  bookmark,
  causeOf,
  create,
  openOrg,
  serviceApp,
  tokenOf,
} from './admin-org.ts'

let acme: AdminOrg

beforeAll(async () => {
  acme = await openOrg()
  for (let index = 0; index < 30; index++) await create(acme, bookmark(`Book ${index}`))
})

afterAll(async () => {
  expect(acme.running.unexpected).toEqual([])
  await acme.running.close()
})

const labels = (answer: { body: readonly { label: string }[] }) => answer.body.map((a) => a.label)

describe('the list of apps', () => {
  test('has 20 on a page by default and at most 200, and walks to its end once over everything', async () => {
    const seen: string[] = []
    let path: string | undefined = '/api/v1/apps'
    let pages = 0
    while (path !== undefined) {
      const answer = await acme.call('GET', path)
      seen.push(...answer.body.map(({ id }: { id: string }) => id))
      path = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
      pages++
    }
    expect(pages).toBe(2)
    expect(seen).toEqual([...acme.running.org.apps].map(({ id }) => id))
    const first = await acme.call('GET', '/api/v1/apps?limit=5000')
    expect(first.headers.get('link')).toContain('limit=200')
  })

  test("shows Okta's own apps first, as every org has them", async () => {
    const { body } = await acme.call('GET', '/api/v1/apps?limit=3')
    expect(body.map(({ name }: { name: string }) => name)).toEqual([
      'saasure',
      'okta_enduser',
      'okta_browser_plugin',
    ])
  })

  test('q is the beginning of a name or a label, in any case', async () => {
    expect(labels(await acme.call('GET', '/api/v1/apps?q=book%202&limit=100'))).toEqual([
      'Book 2',
      ...Array.from({ length: 10 }, (_, index) => `Book 2${index}`),
    ])
    expect(labels(await acme.call('GET', '/api/v1/apps?q=saas'))).toEqual(['Okta Admin Console'])
  })

  test.each(['00u1testcursorvalue', 'x', '0oa', '../../'])(
    'the cursor %j is refused',
    async (after) => {
      const answer = await acme.call('GET', `/api/v1/apps?after=${encodeURIComponent(after)}`)
      expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000029'])
      expect(causeOf(answer)).toBe('Invalid cursor.')
    },
  )

  test('filter knows id, status, name, kid, user, group and slo, with and, or and parentheses', async () => {
    const user = addUser(acme)
    const groupId = addGroup(acme, [addUser(acme), user])
    const direct = await create(acme, bookmark('Direct'))
    const grouped = await create(acme, bookmark('Grouped'))
    const service = await create(acme, serviceApp([], {}, { token_endpoint_auth_method: null }))
    await acme.call('POST', `/api/v1/apps/${direct}/users`, { id: user.id })
    await acme.call('PUT', `/api/v1/apps/${grouped}/groups/${groupId}`)
    const ask = async (filter: string) => {
      const answer = await acme.call(
        'GET',
        `/api/v1/apps?limit=200&filter=${encodeURIComponent(filter)}`,
      )
      return answer.body.map(({ id }: { id: string }) => id)
    }
    expect(await ask(`id eq "${direct}"`)).toEqual([direct])
    expect(await ask(`user.id eq "${user.id}"`)).toEqual([direct, grouped])
    expect(await ask(`group.id eq "${groupId}"`)).toEqual([grouped])
    expect(
      await ask(`(id eq "${direct}" or id eq "${grouped}") and group.id eq "${groupId}"`),
    ).toEqual([grouped])
    expect(await ask('status eq "INACTIVE"')).toEqual([])
    expect(await ask('name eq "oidc_client"')).toContain(service)
    expect(await ask('settings.slo.enabled eq true')).toEqual([])
    const { body } = await acme.call('GET', `/api/v1/apps/${service}`)
    const { kid } = body.credentials.signing
    expect(await ask(`credentials.signing.kid eq "${kid}" and name eq "oidc_client"`)).toContain(
      service,
    )
  })

  test.each(['status', 'label eq "x"', 'status co "ACT"', 'status eq', '((('])(
    'the filter %j is refused',
    async (filter) => {
      const answer = await acme.call('GET', `/api/v1/apps?filter=${encodeURIComponent(filter)}`)
      expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000031'])
    },
  )

  test('expand takes user/{id} together with the filter of that user, and nothing else', async () => {
    const user = addUser(acme)
    const app = await create(acme, bookmark('Expanded'))
    await acme.call('POST', `/api/v1/apps/${app}/users`, { id: user.id })
    const filter = encodeURIComponent(`user.id eq "${user.id}"`)
    const good = await acme.call('GET', `/api/v1/apps?filter=${filter}&expand=user/${user.id}`)
    expect(good.body[0]._embedded.user).toMatchObject({ id: user.id, scope: 'USER' })
    const one = await acme.call('GET', `/api/v1/apps/${app}?expand=user/${user.id}`)
    expect(one.body._embedded.user.id).toBe(user.id)
    for (const query of [
      `expand=user/${user.id}`,
      'expand=users',
      `filter=${filter}&expand=user`,
    ]) {
      const bad = await acme.call('GET', `/api/v1/apps?${query}`)
      expect(bad.body.errorSummary).toBe('Api validation failed: RequestParams')
      expect(causeOf(bad)).toBe('Expand query is malformed.')
    }
  })

  test('a role for some apps shows and reaches only those', async () => {
    const [mine, other] = [
      await create(acme, bookmark('Mine')),
      await create(acme, bookmark('Other')),
    ]
    const token = tokenOf(acme, 'APP_ADMIN', { appTargets: [`bookmark/${mine}`] })
    expect(labels(await acme.call('GET', '/api/v1/apps', undefined, token))).toEqual(['Mine'])
    expect((await acme.call('GET', `/api/v1/apps/${mine}`, undefined, token)).status).toBe(200)
    expect((await acme.call('GET', `/api/v1/apps/${other}`, undefined, token)).status).toBe(403)
    expect((await acme.call('POST', '/api/v1/apps', bookmark(), token)).status).toBe(403)
    const kind = tokenOf(acme, 'APP_ADMIN', { appTargets: ['bookmark'] })
    expect((await acme.call('GET', `/api/v1/apps/${other}`, undefined, kind)).status).toBe(200)
    expect((await acme.call('POST', '/api/v1/apps', bookmark(), kind)).status).toBe(200)
  })

  test('without a role it is empty or forbidden, as assumed', async () => {
    const token = tokenOf(acme, undefined)
    expect((await acme.call('GET', '/api/v1/apps', undefined, token)).body).toEqual([])
    acme.running.org.assumptions = {
      ...acme.running.org.assumptions,
      listsWithoutRole: 'forbidden',
    }
    expect((await acme.call('GET', '/api/v1/apps', undefined, token)).status).toBe(403)
    acme.running.org.assumptions = { ...acme.running.org.assumptions, listsWithoutRole: 'empty' }
  })
})
