import { Secret } from '@postern/core'
import { describe, expect, it, test } from 'vitest'
import { bytesOf, loadCases } from '../../../../test/bad-inputs/load.mjs'
import { checkKey } from '../../src/connect/check-key.ts'
import { judgeValues, problemsOf } from '../../src/connect/judge-values.ts'
import type { Problem } from '../../src/problem.ts'
import { draftOf, sessionOf, text } from './session.ts'

const session = sessionOf()

function judged(member: string, ...changes: Parameters<typeof draftOf>[1]) {
  return judgeValues(draftOf(session, changes), session).get(member)
}

describe('judgeValues', () => {
  it('says back the canonical org, with what was changed in words', () => {
    expect(judged('orgUrl', text('orgUrl', 'acme-admin.okta.com/admin'))).toMatchObject({
      is: 'good',
      echo: 'Postern will connect to https://acme.okta.com',
      notes: [
        'https:// or the Okta domain was added.',
        expect.stringContaining('-admin was removed'),
        'Everything after the host was removed.',
      ],
    })
  })

  it('leaves a custom domain to the server, from when the field is left', () => {
    const typed = text('orgUrl', 'login.acme.com')
    expect(judged('orgUrl', typed)).toEqual({ is: 'good', notes: [] })
    const left = [typed, { kind: 'left', field: 'orgUrl' }] as const
    expect(judged('orgUrl', ...left)).toMatchObject({ is: 'asked' })
    const answer = {
      orgUrl: 'https://login.acme.com',
      warnings: [],
      isOrg: true,
      offeredScopes: [],
    }
    const org = { text: 'login.acme.com', judged: answer }
    expect(judged('orgUrl', ...left, { kind: 'org', org })).toMatchObject({
      is: 'good',
      echo: 'Postern will connect to https://login.acme.com',
    })
  })

  it('holds the answer of the server for the text that it was asked about only', () => {
    const problem = { code: 'org_url_not_okta_domain', message: 'No.', remedy: 'Another.' }
    const changes = [
      text('orgUrl', 'login.acme.com'),
      { kind: 'left', field: 'orgUrl' },
      { kind: 'org', org: { text: 'login.acme.com', problem } },
    ] as const
    expect(judged('orgUrl', ...changes)).toEqual({ is: 'bad', problem })
    expect(judged('orgUrl', ...changes, text('orgUrl', 'acme'))).toMatchObject({ is: 'good' })
  })

  it('never asks anybody about what looks like a secret', () => {
    const token = '00abcdefghijklmnopqrstuvwxyz0123456789ABCD'
    const changes = [text('orgUrl', token), { kind: 'left', field: 'orgUrl' }] as const
    expect(judged('orgUrl', ...changes)).toMatchObject({ is: 'bad' })
  })

  it('warns of a client ID of an unusual form, and does not refuse it', () => {
    expect(judged('clientId', text('clientId', 'my-own-client'))).toEqual({
      is: 'good',
      notes: ['Most client IDs have 0oa and 17 letters or digits; this one has another form.'],
    })
  })

  it.each([
    'description',
    'keyId',
    'jwtIssuer',
    'jwtSubject',
    'scopes',
    'clientId',
    'orgUrl',
  ] as const)(
    'refuses a private key as %s, which is stored in clear, and says nothing of it back',
    (member) => {
      const jwk = '{"kty":"EC","crv":"P-256","d":"Zm9vYmFyYmF6cXV4","x":"eA","y":"eQ"}'
      const changes = [
        text(member, jwk),
        { kind: 'authorization-server', id: 'default' },
        { kind: 'left', field: member },
      ] as const
      const state = judged(member, ...changes)
      expect(state).toMatchObject({ is: 'bad' })
      expect(JSON.stringify(state)).not.toContain('Zm9vYmFyYmF6cXV4')
    },
  )

  it('takes scopes blank, as a bundle, and separated by anything', () => {
    expect(judged('scopes')).toEqual({ is: 'blank' })
    expect(judged('scopes', text('scopes', 'read-only'))).toMatchObject({ echo: '4 scopes.' })
    expect(judged('scopes', text('scopes', 'okta.users.read,okta.logs.read'))).toMatchObject({
      echo: '2 scopes.',
    })
  })

  it('asks for scopes where a custom authorization server gives the token', () => {
    const changes = [{ kind: 'authorization-server', id: 'default' }] as const
    expect(judged('scopes', ...changes)).toMatchObject({
      is: 'bad',
      problem: { code: 'scope_empty' },
    })
  })

  it.each(['1e2', '0x10', '0', '3601', '-5', '1.5'])('takes %s for no lifetime', (entered) => {
    expect(judged('jwtExpirySeconds', text('jwtExpirySeconds', entered))).toMatchObject({
      is: 'bad',
      problem: { code: 'assertion_lifetime' },
    })
  })

  it('warns above 3300 seconds', () => {
    expect(judged('jwtExpirySeconds', text('jwtExpirySeconds', '3600'))).toMatchObject({
      is: 'good',
      notes: [expect.stringContaining('near Okta')],
    })
  })

  it('refuses rows without a name, with one twice, and what Postern computes itself', () => {
    const rows = (...names: readonly string[]) =>
      judged('headers', {
        kind: 'rows',
        member: 'headers',
        rows: names.map((name) => ({ name, value: 'x' })),
      })
    expect(rows('')).toMatchObject({ is: 'bad', problem: { code: 'row_name' } })
    expect(rows('X-A', 'X-A')).toMatchObject({ is: 'bad', problem: { code: 'row_name' } })
    expect(rows('Authorization')).toMatchObject({
      is: 'bad',
      problem: { code: 'credential_header' },
    })
    expect(rows('X-A', 'X-B')).toEqual({ is: 'good', notes: [] })
  })

  it('asks for the URL of a key set where this server has none of its own', () => {
    const byUrl = text('keys', 'url')
    expect(judged('jwksUrl')).toEqual({ is: 'blank' })
    expect(judged('jwksUrl', byUrl)).toMatchObject({ problem: { code: 'value_missing' } })
    const own = sessionOf({ jwksUrl: 'https://postern.example/jwks/acme-directory.json' })
    expect(judgeValues(draftOf(own, [byUrl]), own).get('jwksUrl')).toEqual({ is: 'blank' })
  })

  it('judges what the session lets a person set, for the chosen method, in the order of the form', () => {
    const few = sessionOf({ fields: ['key', 'clientId', 'apiToken', 'description'] })
    const members = (changes: Parameters<typeof draftOf>[1]) => [
      ...judgeValues(draftOf(few, changes), few).keys(),
    ]
    expect(members([])).toEqual(['clientId', 'key', 'description'])
    expect(members([{ kind: 'method', method: 'api-token' }])).toEqual(['apiToken', 'description'])
  })

  it('shows what the server refused until the value is changed', () => {
    const refused = {
      kind: 'refused',
      problems: [
        { member: 'clientId', code: 'client_id_invalid', message: 'No.', remedy: 'Copy.' },
      ],
    } as const
    const entered = text('clientId', '0oa1b2c3d4e5f6g7h8i9')
    expect(judged('clientId', entered, refused)).toMatchObject({ is: 'bad' })
    expect(judged('clientId', refused, entered)).toEqual({ is: 'good', notes: [] })
  })
})

describe('problemsOf', () => {
  it('names what is missing, in the order of the form', () => {
    const draft = draftOf(session, [text('clientId', '0oa1b2c3d4e5f6g7h8i9')])
    expect([...problemsOf(judgeValues(draft, session)).keys()]).toEqual(['orgUrl', 'key'])
  })
})

/** What must not be read on a page: a flag of a command, or a detail that is not shown. */
const NOT_OF_A_PAGE = /(?:^|\s)--\w|\bthe detail\b|detail names|command line/

describe('what the page says about the corpus names no flag and no hidden detail', () => {
  const texts = { org_url: 'orgUrl', client_id: 'clientId', scopes: 'scopes' } as const
  const refused = loadCases().filter(({ expect: wanted }) => wanted.outcome === 'rejected')

  test.each(Object.entries(texts))('%s', (category, member) => {
    const cases = refused.filter((one) => one.category === category)
    const said = cases.map(({ input }) => {
      const state = judged(member, text(member, inputText(input)))
      return state?.is === 'bad' ? words(state.problem) : ''
    })
    expect(said.filter((one) => one !== '').length).toBeGreaterThan(1)
    expect(said.filter((one) => NOT_OF_A_PAGE.test(one))).toEqual([])
  })

  test('private_key', async () => {
    const cases = refused.filter(({ category }) => category === 'private_key')
    const entries = await Promise.all(
      cases.map(({ input }) => checkKey({ text: new Secret(inputText(input)) }, { keyId: '' })),
    )
    const said = entries.map((entry) => ('problem' in entry ? words(entry.problem) : ''))
    expect(said.filter((one) => one !== '').length).toBeGreaterThan(20)
    expect(said.filter((one) => NOT_OF_A_PAGE.test(one))).toEqual([])
  })
})

function inputText(input: unknown): string {
  return bytesOf(input).toString('utf8')
}

function words(problem: Problem | undefined): string {
  return problem === undefined ? '' : `${problem.message} ${problem.remedy}`
}
