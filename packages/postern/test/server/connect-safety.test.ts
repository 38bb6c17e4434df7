/** @module What a Connect session lets nobody do (S19, S21). */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { leaksIn } from '../../../../test/canary.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { addRoutes } from '../../src/server/api/registry.ts'
import { Api } from '../../src/server/api.ts'
import type { Seal } from '../../src/store/seal.ts'
import { openSessions } from '../connections/open-sessions.ts'
import { openConnectDesk, type Person } from './connect-desk.ts'
import { sendRaw } from './raw-http.ts'
import { type Answer, openEmbedded } from './served-app.ts'

const MINUTE_MS = 60_000
const WRONG = '0oaWRONG000000000000'

const declared = new Api()
addRoutes(declared)
const routes = declared.routes
  .map(({ route }) => route)
  .filter(({ path }) => path.startsWith('/v1/connect/') || path.startsWith('/v1/connect-sessions'))

const refusal = ({ status, json }: Answer) => [status, json?.['code']]

describe.each(stores)('a Connect session on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  const desk = (options?: Parameters<typeof openConnectDesk>[1]) =>
    openConnectDesk({ store: kept.store, seal }, options)
  const secretsOf = async (id: string) =>
    (
      await kept.store.db
        .selectFrom('secret')
        .select('kind')
        .where('connection_id', '=', id)
        .execute()
    ).length

  test('its link opens once, whoever asks again', async () => {
    const { make, open: openLink } = await desk()
    const { link } = await make()
    const first = await openLink(link)
    expect([first.status, first.json?.['token']]).toEqual([
      200,
      expect.stringMatching(/^connect_[0-9a-f]{16}_[\w-]{43}$/),
    ])
    expect(refusal(await openLink(link))).toEqual([410, 'connect_link_used'])
  })

  test('of many who open a link at once one has the token', async () => {
    const { app, make, open: openLink } = await desk()
    const { link } = await make()
    const other = app.services.connectSessions
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, () => openLink(link).then(refusal)),
      ...Array.from({ length: 6 }, () =>
        other.open(link, undefined).then(
          () => [200, undefined],
          (error) => [410, error.code],
        ),
      ),
    ])
    expect(answers.filter(([status]) => status === 200)).toHaveLength(1)
    expect(answers.filter(([, code]) => code === 'connect_link_used')).toHaveLength(11)
  })

  test('has a life of a quarter of an hour at most, opened or not', async () => {
    const { app, values, make, person, open: openLink } = await desk()
    const { link, answer } = await make({ lifeSeconds: 60 })
    expect(answer.json?.['expiresAt']).toBe(
      new Date(app.clock.now().getTime() + MINUTE_MS).toISOString(),
    )
    for (const lifeSeconds of [59, 901, 86_400, -1, 61.5]) {
      expect((await make({ lifeSeconds })).answer.json?.['code']).toBe('request_invalid')
    }
    const they = await person()
    await they.try({ ...values, clientId: WRONG })
    expect(await secretsOf(they.id)).toBe(1)
    app.clock.advance(MINUTE_MS)
    const late = await openLink(link)
    expect([...refusal(late), late.json?.['details']]).toEqual([
      410,
      'connect_session_ended',
      { status: 'expired' },
    ])
    expect((await they.session()).status).toBe(200)
    app.clock.advance(14 * MINUTE_MS)
    expect(refusal(await they.try({ clientId: WRONG }))).toEqual([410, 'connect_session_ended'])
    expect(await secretsOf(they.id)).toBe(0)
    const shown = await app.send('GET', `/v1/connect-sessions/${they.id}`)
    expect(shown.json).toMatchObject({ status: 'expired', connection: null })
  })

  test('is emptied when its time is over though nobody asks, and forgotten a day after', async () => {
    const { app, values, person } = await desk()
    const they = await person()
    await they.try({ ...values, clientId: WRONG })
    const { connectSessions } = app.services
    const rowOf = () =>
      kept.store.db
        .selectFrom('connect_session')
        .select(['status', 'draft'])
        .where('id', '=', they.id)
        .execute()
    await connectSessions.expire()
    expect(await rowOf()).toMatchObject([{ status: 'open' }])
    app.clock.advance(15 * MINUTE_MS)
    await connectSessions.expire()
    expect([await rowOf(), await secretsOf(they.id)]).toEqual([
      [{ status: 'expired', draft: null }],
      0,
    ])
    app.clock.advance(24 * 60 * MINUTE_MS)
    await connectSessions.expire()
    expect(await rowOf()).toHaveLength(1)
    app.clock.advance(1)
    await connectSessions.expire()
    expect(await rowOf()).toEqual([])
    expect(refusal(await they.session())).toEqual([401, 'connect_session_invalid'])
  })

  test('is dead after ten tries that came to nothing, with all that was given', async () => {
    const { app, values, person } = await desk()
    const they = await person()
    const first = await they.try({ ...values, clientId: WRONG })
    expect(first.json).toMatchObject({ status: 'failed', triesLeft: 9 })
    for (let left = 8; left > 0; left--) {
      await they.try({ orgUrl: 'acme.auth0.com' })
      expect((await they.session()).json).toMatchObject({ triesLeft: left })
    }
    expect(await secretsOf(they.id)).toBe(1)
    const last = await they.try({ clientId: WRONG })
    expect(last.json).toMatchObject({
      ...{ status: 'failed', kept: false, triesLeft: 0 },
      session: { status: 'failed', draft: null },
    })
    expect(await secretsOf(they.id)).toBe(0)
    const dead = await they.try(values)
    expect([...refusal(dead), dead.json?.['details']]).toEqual([
      410,
      'connect_session_ended',
      { status: 'failed' },
    ])
    expect((await app.send('GET', `/v1/connections/${they.name}`)).status).toBe(404)
  })

  test('makes one try at a time, and ends the one whose caller is gone as a failed one', async () => {
    const { app, org, values, person } = await desk()
    const they = await person()
    org.faults.on('timeout')
    const { abort } = await begin(app, they, values)
    expect(refusal(await they.try(values))).toEqual([409, 'connect_session_busy'])
    expect((await they.session()).json).toMatchObject({ triesLeft: 10 })
    abort()
    await vi.waitFor(async () =>
      expect((await they.session()).json).toMatchObject({ triesLeft: 9 }),
    )
    org.faults.off('timeout')
    // What was given before the caller went is there for the next try.
    await vi.waitFor(async () => expect((await they.try({})).json).toMatchObject({ kept: true }))
  })

  test.each(['revoked', 'expired'])('that is %s during a try keeps nothing', async (status) => {
    const { app, values, person } = await desk()
    const they = await person()
    const { connectSessions } = app.services
    const by = { actor: `connect-session:${they.id}` }
    let ending: Promise<void> | undefined
    const onFinding = () => {
      ending ??= end()
    }
    const end = async () => {
      if (status === 'expired') app.clock.advance(15 * MINUTE_MS)
      else await connectSessions.revoke(they.id, { actor: 'local' })
    }
    const tried = connectSessions.try(values, { id: they.id, by }, { onFinding })
    await expect(tried).rejects.toMatchObject({ code: 'connect_session_ended' })
    await ending
    expect((await app.send('GET', `/v1/connections/${they.name}`)).status).toBe(404)
    const { json } = await app.send('GET', `/v1/connect-sessions/${they.id}`)
    expect(json).toMatchObject({ status, connection: null })
    expect(await secretsOf(they.id)).toBe(0)
  })
})

describe('a Connect session', () => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await openEmbedded()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  const desk = (options?: Parameters<typeof openConnectDesk>[1]) =>
    openConnectDesk({ store: kept.store, seal }, options)

  test.each([
    ['', 'no text'],
    ['ID', 'an id alone'],
    ['ID.', 'no secret'],
    ['ID.OTHER', "another session's secret"],
    ['OTHERID.SECRET', "another session's id"],
    ['ID.HASH', 'what the store has'],
    ['ID.SECRETx', 'one character more'],
    [' ID.SECRET', 'a space before'],
    ['ID.SECRET\n', 'a line break behind'],
    ['ID_SECRET', 'another separator'],
    ['connect_ID_SECRET', 'the form of a token'],
    ['postern_ID_SECRET', 'the form of an access key'],
    ["ID' or '1'='1.SECRET", 'SQL'],
    ['ID%.SECRET', 'a pattern'],
  ])('does not open by %j: %s', async (template) => {
    const { make, open: openLink } = await desk()
    const [one, other] = [await make(), await make()]
    const [id, secret] = one.link.split('.') as [string, string]
    const [otherId, otherSecret] = other.link.split('.') as [string, string]
    const { link_hash } = await kept.store.db
      .selectFrom('connect_session')
      .select('link_hash')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const text = template
      .replace('OTHERID', otherId)
      .replace('OTHER', otherSecret)
      .replace('SECRET', secret)
      .replace('HASH', Buffer.from(link_hash).toString('base64url'))
      .replace('ID', id)
    expect(refusal(await openLink(text))).toEqual([401, 'connect_link_invalid'])
    expect((await openLink(one.link)).status).toBe(200)
  })

  test('is reached by its own token and no other, and shows its own draft alone', async () => {
    const { org, values, person } = await desk()
    const one = await person()
    const other = await person()
    await one.try({ ...values, clientId: WRONG })
    expect((await one.session()).json).toMatchObject({ draft: { hasKey: true } })
    expect((await other.session()).json).toMatchObject({ id: other.id, draft: null })
    const keyless = await other.try({ orgUrl: org.url, clientId: org.app.clientId })
    expect(keyless.json?.['problems']).toMatchObject([{ member: 'key' }])
    const [, , secret] = one.token.split('_')
    for (const key of [
      `connect_${other.id}_${one.token.slice(-43)}`,
      `postern_${one.id}_${secret}`,
      one.link,
      `connect_${one.link.replace('.', '_')}`,
      one.token.toUpperCase(),
      `${one.token}x`,
    ]) {
      const answer = await one.send('GET', '/v1/connect/session', { key })
      expect(refusal(answer)).toEqual([401, 'connect_session_invalid'])
    }
  })

  test('takes no key that somebody else has made here', async () => {
    const { app, org, person } = await desk()
    const { json } = await app.send('POST', '/v1/keys', { body: {} })
    const they = await person()
    const { clientId } = org.app
    const body = { orgUrl: org.url, clientId, keyDraft: json?.['id'] }
    expect(refusal(await they.try(body))).toEqual([403, 'connect_field_not_allowed'])
    expect((await app.send('GET', '/v1/keys')).json).toMatchObject({ keys: [{ id: json?.['id'] }] })
  })

  test('has a token that counts in the Authorization header alone', async () => {
    const { person } = await desk()
    const { token, send } = await person()
    const path = '/v1/connect/session'
    expect((await send('GET', `${path}?token=${token}`, { key: null })).status).toBe(401)
    expect((await send('GET', `${path}?access_token=${token}`, { key: null })).status).toBe(401)
    const cookie = await send('GET', path, { headers: { cookie: `session=${token}` } })
    expect(refusal(cookie)).toEqual([400, 'access_header_refused'])
    const basic = { authorization: `SSWS ${token}` }
    expect((await send('GET', path, { key: null, headers: basic })).status).toBe(401)
  })

  test('shows neither link nor token in a URL that is sent, the log, the audit log or a table', async () => {
    const { app, values, make, open: openLink, person } = await desk()
    const made = await make()
    const url = new URL(String(made.answer.json?.['url']))
    expect([url.origin, url.pathname, url.search, url.hash]).toEqual([
      app.url,
      '/connect/',
      '',
      `#${made.link}`,
    ])
    const they = await person()
    await openLink(they.link)
    await openLink(made.link.slice(0, -1))
    await they.try({ ...values, clientId: WRONG, description: 'Mine' })
    await they.try({ clientId: WRONG, keyDraft: 'x' })
    await they.send('GET', '/v1/connect/nothing')
    const audit = await app.send('GET', '/v1/audit')
    const told = [audit, await app.send('GET', '/v1/connect-sessions'), await they.session()]
    const marks = {
      link: they.link.split('.')[1] ?? '',
      unopened: made.link.split('.')[1] ?? '',
      token: they.token.slice(-43),
    }
    expect(leaksIn(they.token + they.link + made.link, marks)).toHaveLength(3)
    expect(app.logged.length).toBeGreaterThan(5)
    expect(leaksIn(JSON.stringify(app.logged), marks)).toEqual([])
    expect(leaksIn(told.map(({ text }) => text).join(), marks)).toEqual([])
    expect(leaksIn(await kept.dump(), marks)).toEqual([])
    expect(audit.text).toContain(`connect-session:${they.id}`)
  })

  test('takes a secret in no place but that of one', async () => {
    const { values, person } = await desk()
    const they = await person()
    const { kty, crv, d } = JSON.parse(String(values['key']))
    const key = JSON.stringify({ kty, crv, d })
    const misplaced = { description: key, keyId: key, jwtIssuer: key, jwtSubject: key }
    const { status, json, text } = await they.try({ ...values, ...misplaced, jwtClaims: { key } })
    expect([status, json?.['code']]).toEqual([422, 'connection_invalid'])
    expect(json?.['problems']).toMatchObject([
      { member: 'keyId', code: 'kid_looks_wrong' },
      { member: 'description', code: 'description_looks_wrong' },
      { member: 'jwtIssuer', code: 'assertion_claim' },
    ])
    expect(leaksIn(key, { d })).toHaveLength(1)
    expect(leaksIn(text + (await kept.dump()), { d })).toEqual([])
  })

  test('lets nobody guess for long, and its person ask a few times a second', async () => {
    const { person, open: openLink } = await desk()
    const they = await person()
    const guesses: unknown[] = []
    for (let guess = 0; guess < 21; guess++) {
      guesses.push((await openLink(`0123456789abcdef.${'a'.repeat(43)}`)).status)
    }
    expect(guesses).toEqual([...Array(20).fill(401), 429])
    const statuses: number[] = []
    for (let asked = 0; asked < 101; asked++) statuses.push((await they.session()).status)
    expect(statuses).toEqual([...Array(100).fill(200), 429])
  })

  test('goes to the pages that the operator named, and to no other', async () => {
    const { make } = await desk({ connectOrigins: ['https://portal.example.com'] })
    const known = await make({ origin: 'https://portal.example.com' })
    expect(known.answer.json).toMatchObject({ origin: 'https://portal.example.com' })
    for (const origin of ['https://evil.example', 'null', '', 'https://portal.example.com.evil']) {
      const { answer } = await make({ origin })
      expect([origin, ...refusal(answer)]).toEqual([origin, 422, 'connect_origin_unknown'])
    }
  })

  test('takes an org on this machine only where the server does', async () => {
    const { org, values } = await desk()
    const sessions = await openSessions(kept, { seal, clock: new TestClock(), dev: false })
    const { row, link } = await sessions.add({ name: 'not-local' }, { actor: 'local' })
    await sessions.open(link.reveal(), undefined)
    const deed = { id: row.id, by: { actor: 'person' } }
    await expect(sessions.org(org.url, deed)).rejects.toMatchObject({
      code: expect.stringMatching(/^org_url_/),
    })
    await expect(sessions.try(values, deed)).rejects.toMatchObject({
      problems: [{ member: 'orgUrl' }],
    })
  })

  describe('is asked for on this origin alone (S21):', () => {
    test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
      '%s',
      async (_name, { method, path, access }) => {
        const { app, person } = await desk()
        const { token } = await person()
        const url = path.replace('{id}', 'x')
        const key = access === 'connect-session' ? { key: token } : {}
        const ask = (headers: Record<string, string>) =>
          app.send(method.toUpperCase(), url, {
            ...key,
            headers,
            ...(method === 'post' ? { body: {} } : {}),
          })
        for (const headers of [
          { origin: 'https://evil.example' },
          { origin: 'null' },
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site' },
        ]) {
          expect(refusal(await ask(headers))).toEqual([403, 'request_cross_origin'])
        }
        const own = await ask({ origin: app.url, 'sec-fetch-site': 'same-origin' })
        expect(own.status).not.toBe(403)
        const headers = { host: 'rebound.example', authorization: `Bearer ${token}` }
        expect(await sendRaw(app.url, { path: url, headers })).toMatchObject({ status: 421 })
      },
    )
  })

  test('is asked anything at all, and answers what it can be asked', {
    timeout: 60_000,
  }, async () => {
    const { app, values, person } = await desk()
    const names = [
      ...Object.keys(values),
      'keep',
      'link',
      'step',
      'skip',
      'bundle',
      'keys',
      'wants',
    ]
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(...Object.values(values), '\0', '__proto__', '\ud800', '../../x'),
    )
    const body = fc.oneof(
      fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), value, { maxKeys: 6 }),
      fc.jsonValue({ maxDepth: 3 }),
    )
    const asked = routes.filter(({ method }) => method === 'post').map(({ path }) => path)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...asked), body, async (path, sent) => {
        const they = await person()
        const key = path.startsWith('/v1/connect/') ? { key: they.token } : {}
        const answer = await app.send('POST', path, { ...key, body: JSON.stringify(sent) })
        expect(answer.status).toBeLessThan(500)
        if (answer.status >= 400) expect(answer.json).toHaveProperty('remedy')
        expect((await they.session()).status).toBeLessThan(500)
      }),
      { numRuns: 60 },
    )
  })
})

/** Begins a try, and comes back with its first line. */
async function begin({ url }: { readonly url: string }, { token }: Person, body: object) {
  const gone = new AbortController()
  const response = await fetch(`${url}/v1/connect/try`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/jsonl',
    },
    body: JSON.stringify(body),
    signal: gone.signal,
  })
  // The rest is read by nobody, and fails where the caller goes.
  response.text().catch(() => undefined)
  return { abort: () => gone.abort() }
}
