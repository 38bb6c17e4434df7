import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlace, type RunOptions } from './run.ts'
import { serveOrg } from './served-org.ts'
import { prepareStore, type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
let postern: ServedPostern
beforeAll(async () => {
  postern = await servePostern()
})
afterAll(async () => {
  await postern.close()
  place.remove()
})

/** Somebody who opens the link as soon as it is printed, and what they do then. */
function person(then: (they: Person) => Promise<void>): Pick<RunOptions, 'onOutput'> {
  let printed = ''
  let isOpened = false
  return {
    onOutput: (text) => {
      printed += text
      const [, url] = /(http:\S+?\/connect\/#[\w.-]+)/.exec(printed.split('\n')[0] ?? '') ?? []
      if (url === undefined || !printed.includes('\n') || isOpened) return
      isOpened = true
      void openLink(url).then(then)
    },
  }
}

interface Person {
  send(path: string, body: object): Promise<{ readonly status?: string }>
}

async function openLink(url: string): Promise<Person> {
  const { origin, hash } = new URL(url)
  const send = async (path: string, body: object, token?: string) => {
    const answer = await fetch(`${origin}/v1/connect/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })
    return answer.json()
  }
  const { token } = await send('open', { link: hash.slice(1) })
  return { send: (path, body) => send(path, body, token) }
}

const valuesOf = ({ url, app }: Awaited<ReturnType<typeof serveOrg>>['running']) => ({
  orgUrl: url,
  clientId: app.clientId,
  key: JSON.stringify(app.key),
  scopes: app.scopes.join(' '),
})

describe('postern connect --browser', () => {
  test('makes a link on the server that runs, and prints what connect prints once the values are given', async () => {
    const { running } = await serveOrg(place)
    const { code, stdout, stderr } = await place.run(
      ['connect', 'invited', '--browser', '--description', 'Theirs', '--for', 'okta.users.read'],
      {
        env: postern.env,
        ...person(async ({ send }) => {
          await send('try', { ...valuesOf(running), clientId: '0oaWRONG000000000000' })
          await send('try', { clientId: running.app.clientId })
        }),
      },
    )
    expect([code, stderr]).toEqual([0, expect.stringContaining('It opens once.')])
    expect(stderr).toContain('The link was opened.')
    const [link, ...rest] = stdout.split('\n')
    expect(link?.startsWith(`${postern.url}/connect/#`)).toBe(true)
    expect(rest.join('\n')).toMatch(/^Connection +invited\n.*Live read +\S/s)
  })

  test('without a server serves the page itself until it is done, for an org that the operator names', async () => {
    const { running } = await serveOrg(place)
    const store = await prepareStore()
    const env = { POSTERN_DATA: store.place.dataDir }
    const { orgUrl, ...values } = valuesOf(running)
    const args = ['connect', 'invited', '--browser', '--org', orgUrl, '--output', 'json']
    const { code, stdout } = await place.run(args, {
      env,
      ...person(async ({ send }) => void (await send('try', values))),
    })
    expect(code).toBe(0)
    const [link = '', ...rest] = stdout.split('\n')
    expect(JSON.parse(link)).toEqual({
      id: expect.any(String),
      name: 'invited',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/connect\/#/),
      expiresAt: expect.any(String),
    })
    expect(JSON.parse(rest.join('\n'))).toMatchObject({
      ...{ name: 'invited', orgUrl },
      proven: { tokenType: 'Bearer', problems: [] },
    })
    await store.remove()
  })

  test('on a page that it serves itself nobody names an org on this machine, unless the operator did', async () => {
    const { running } = await serveOrg(place)
    const store = await prepareStore()
    const problems: unknown[] = []
    const env = { POSTERN_DATA: store.place.dataDir }
    const { code } = await place.run(['connect', 'invited', '--browser'], {
      env,
      interruptAfter: 'The link was opened.',
      ...person(async ({ send }) => {
        problems.push(await send('org', { orgUrl: running.url }))
      }),
    })
    expect(code).toBe(130)
    expect(problems).toMatchObject([{ status: 422, code: expect.stringMatching(/^org_url_/) }])
    await store.remove()
  })

  test('interrupted, it ends with 130 and revokes the link', async () => {
    const { code, stdout } = await place.run(['connect', 'given-up', '--browser'], {
      env: postern.env,
      interruptAfter: 'It opens once.',
    })
    expect(code).toBe(130)
    const [id] = new URL(stdout.trim()).hash.slice(1).split('.')
    const row = await postern.service.connectSessions.get(id ?? '')
    expect(row.status).toBe('revoked')
  })

  test('ends with 3 after ten tries, and says what was wrong with the last one', async () => {
    const { running } = await serveOrg(place)
    const { code, stderr } = await place.run(['connect', 'failing', '--browser'], {
      env: postern.env,
      ...person(async ({ send }) => {
        await send('try', { ...valuesOf(running), clientId: '0oaWRONG000000000000' })
        for (let tried = 1; tried < 10; tried++) await send('try', { orgUrl: 'acme.auth0.com' })
      }),
    })
    expect([code, stderr]).toEqual([3, expect.stringContaining('(connect_tries_failed)')])
  })

  test('ends with 1 where somebody else revokes the link', async () => {
    const { code, stderr } = await place.run(['connect', 'revoked', '--browser'], {
      env: postern.env,
      ...person(async () => {
        const sessions = await postern.service.connectSessions.list()
        const session = sessions.find(({ name }) => name === 'revoked')
        await postern.service.connectSessions.revoke(session?.id ?? '', { actor: 'local' })
      }),
    })
    expect([code, stderr]).toEqual([1, expect.stringContaining('(connect_link_revoked)')])
  })

  test.each([
    [['--key', 'app.jwk'], '--key'],
    [['--methods', 'password'], '--methods'],
  ])('takes no %j', async (args, flag) => {
    const { code, stderr } = await place.run(['connect', 'acme', '--browser', ...args], {
      env: postern.env,
    })
    expect([code, stderr]).toEqual([2, expect.stringContaining(flag)])
  })

  test('its own flags are refused without it, and so is an origin that the server does not know', async () => {
    const without = await place.run(['connect', 'acme', '--methods', 'service-app'], {
      env: postern.env,
    })
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--browser')])
    const origin = ['--browser', '--connect-origin', 'https://portal.example.com']
    const unknown = await place.run(['connect', 'acme', ...origin], { env: postern.env })
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('(connect_origin_unknown)'),
    ])
  })
})
