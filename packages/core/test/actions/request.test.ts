import { getAction, Org, runAction, Secret } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { openPeople } from './people.ts'

describe('request', () => {
  test('gives what the org answers, and is no change', async () => {
    const people = await openPeople()
    const { id } = people.put('ada@example.com')
    const args = { path: '/api/v1/users?limit=1', query: { search: `id eq "${id}"` } }
    expect(await people.run('request', args)).toMatchObject({
      changed: false,
      effects: [],
      result: { status: 200, body: [{ id, profile: { login: 'ada@example.com' } }] },
    })
    await expect(
      people.run('request', { method: 'HEAD', path: '/api/v1/users' }),
    ).rejects.toMatchObject({ code: 'request_refused', details: { okta: { status: 405 } } })
  })

  test('gives what the org refuses as it does elsewhere', async () => {
    const people = await openPeople()
    await expect(people.run('request', { path: '/api/v1/users/nobody' })).rejects.toMatchObject({
      code: 'object_not_found',
      details: { okta: { errorCode: 'E0000007' } },
    })
    await expect(people.run('request', { path: '/api/v1/logs' })).rejects.toMatchObject({
      code: 'scope_insufficient',
    })
  })

  test('takes an answer up to a mebibyte', async () => {
    const people = await openPeople({ users: 10, groups: 2_000, apps: 0 })
    await expect(people.run('request', { path: '/api/v1/groups' })).rejects.toMatchObject({
      code: 'upstream_response_too_large',
      remedy: expect.stringContaining('smaller limit'),
    })
  })

  test('sends nothing to another host, to keys or tokens, and changes nothing', async () => {
    const people = await openPeople()
    for (const path of [
      '//evil.example/api/v1/users',
      'https://evil.example/api/v1/users',
      '/api/v1/../../x',
      '/api/v1/users/%2e%2e/x',
      '/api/v1/%2f/x',
      '/oauth2/v1/clients',
      '/oauth2/v1/token',
      '/api/v1/apps/0oa1/credentials/keys',
      '/api/v1/Apps/0oa1;x/%63redentials/keys',
    ]) {
      for (const args of [{ path }, { method: 'HEAD', path }])
        await expect(people.run('request', args)).rejects.toMatchObject({
          code: 'action_path_refused',
        })
      await expect(people.run('request.change', { method: 'POST', path })).rejects.toMatchObject({
        code: 'action_path_refused',
      })
    }
    await expect(
      people.run('request', { method: 'POST', path: '/api/v1/users' }),
    ).rejects.toMatchObject({ code: 'action_arguments_invalid' })
    expect(people.changes()).toEqual([])
  })
})

describe('request.change', () => {
  test('shows on a dry run what it would send, and sends it each time', async () => {
    const people = await openPeople()
    const { id } = people.put('ada@example.com')
    const path = `/api/v1/users/${id}`
    const body = { profile: { title: 'Countess' } }
    const args = { method: 'POST', path, query: { strict: true }, body }
    expect(await people.run('request.change', args, { dryRun: true })).toMatchObject({
      changed: true,
      after: { request: { method: 'POST', path, query: { strict: true }, body } },
      effects: [{ change: 'request.sent', objects: [`POST ${path}`] }],
    })
    expect(people.changes()).toEqual([])
    const answers = [
      await people.run('request.change', args),
      await people.run('request.change', args),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ changed: true, result: { status: 200, body: { id } } })
    }
    expect(people.changes()).toHaveLength(2)
  })

  test('gives out nothing to sign in with', async () => {
    const people = await openPeople()
    const lifecycle = (name: string, query: string) => ({
      method: 'POST',
      path: `/api/v1/users/${people.put(`${name}@example.com`, { status: name === 'activate' ? 'STAGED' : 'ACTIVE' }).id}/lifecycle/${name}${query}`,
    })
    const secrets = [
      [
        'activate',
        '?sendEmail=false',
        { activationUrl: '[removed]', activationToken: '[removed]' },
      ],
      ['reset_password', '?sendEmail=false', { resetPasswordUrl: '[removed]' }],
      ['expire_password_with_temp_password', '', { tempPassword: '[removed]' }],
    ] as const
    for (const [name, query, body] of secrets) {
      const { result } = await people.run('request.change', lifecycle(name, query))
      expect(result).toEqual({ status: 200, body })
    }
  })

  test('gives out nothing of a factor that somebody enrolls', async () => {
    const activation = { sharedSecret: 's', passCode: '1', client_passwd: 'x', private_key: 'x' }
    const factor = {
      status: 'PENDING_ACTIVATION',
      _embedded: {
        activation: { ...activation, _links: { qrcode: { href: 'https://acme.okta.com/qr/00f' } } },
      },
    }
    const org = new Org({
      url: 'https://acme.okta.com',
      credential: { kind: 'api-token', apiToken: new Secret(`00${'T'.repeat(40)}`) },
      transport: async () => {
        const { body } = new Response(JSON.stringify(factor))
        return { status: 200, headers: new Headers({ 'content-type': 'application/json' }), body }
      },
    })
    const given = { method: 'POST', path: '/api/v1/users/00u/factors', body: {} }
    const { result } = await runAction(org, getAction('request.change'), given)
    const removed = Object.fromEntries(Object.keys(activation).map((name) => [name, '[removed]']))
    expect(result).toMatchObject({
      body: { _embedded: { activation: { ...removed, _links: { qrcode: '[removed]' } } } },
    })
  })

  test('sends nothing twice: a second DELETE of a user would be for good', async () => {
    const people = await openPeople()
    const { id } = people.put('ada@example.com')
    const path = `/api/v1/users/${id}`
    people.running.faults.on({ name: 'socket-reset-after-write', parameters: { path } })
    await expect(people.run('request.change', { method: 'DELETE', path })).rejects.toMatchObject({
      code: 'action_outcome_unknown',
    })
    people.running.faults.clear()
    people.running.faults.on({ name: 'unavailable', parameters: { path, method: 'DELETE' } })
    await expect(people.run('request.change', { method: 'DELETE', path })).rejects.toMatchObject({
      code: 'action_outcome_unknown',
    })
    expect(people.running.org.users.get(id)?.status).toBe('DEPROVISIONED')
  })
})
