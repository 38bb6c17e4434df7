/** @module A configuration file: what is understood, and everything that is wrong told at once, each with its line. */

import { describe, expect, test } from 'vitest'
import { connectionMembers } from '../../../src/config/connection-members.ts'
import { memberOf } from '../../../src/config/file/labels.ts'
import { parseConfigFile } from '../../../src/config/file/parse.ts'
import { ConfigFileError } from '../../../src/config/file/problem.ts'
import { declarationJudges } from '../../../src/service/judge-declared.ts'

const place = { file: 'postern.yaml', folder: '/etc/postern' }
const parse = (text: string) => parseConfigFile(text, place, declarationJudges)

/** The problems of a text as `line path code`. */
async function problemsOf(text: string): Promise<readonly string[]> {
  const thrown: unknown = await parse(text).catch((error: unknown) => error)
  if (!(thrown instanceof ConfigFileError)) throw new Error('the file was taken', { cause: thrown })
  return thrown.problems.map(({ line, path, code }) => [line, path, code].filter(Boolean).join(' '))
}

/** A connection whose other members are in order, from line 2 on. */
const acme = (...members: readonly string[]) =>
  [
    'connections:',
    '  acme:',
    '    orgUrl: https://acme.okta.com',
    '    clientId: 0oa1b2c3d4e5f6g7h8i9',
    '    secrets: { key: env:ACME_KEY }',
    ...members.map((member) => `    ${member}`),
  ].join('\n')

const service = {
  members: { orgUrl: 'https://acme.okta.com' },
  clientId: '0oa1b2c3d4e5f6g7h8i9',
  secrets: { key: { kind: 'env', name: 'ACME_KEY' } },
}

describe('a connection', () => {
  test('is what its members say', async () => {
    const text = acme(
      'description: the directory',
      'keyId: kid-1',
      'scopes: [okta.users.read, okta.groups.read]',
      'jwtExpirySeconds: 300',
      'jwtClaims: { env: prod, level: 3, deep: { yes: true } }',
      'dpop: always',
      'rotationIntervalDays: 30',
      'wants: read-only',
      'headers: { X-Gateway: file:gateway.txt }',
    )
    expect((await parse(text)).connections).toEqual([
      {
        ...service,
        name: 'acme',
        line: 2,
        keyId: 'kid-1',
        members: {
          ...service.members,
          description: 'the directory',
          scopes: ['okta.users.read', 'okta.groups.read'],
          jwtExpirySeconds: 300,
          jwtClaims: { env: 'prod', level: 3, deep: { yes: true } },
          dpop: 'always',
          rotationIntervalDays: 30,
          wants: 'read-only',
        },
        headers: { 'X-Gateway': { kind: 'file', path: 'gateway.txt' } },
      },
    ])
  })

  test.each([
    ['an identifier of digits', 'keyId: 0123', { keyId: '0123' }],
    ['one that looks like a power of ten', 'keyId: 1e5', { keyId: '1e5' }],
    ['one that looks like a truth', 'keyId: true', { keyId: 'true' }],
    [
      'an identifier that stands where secrets do',
      'keyId: env:KID',
      { keyId: { kind: 'env', name: 'KID' } },
    ],
  ])('keeps %s as it is written', async (_what, member, expected) => {
    expect((await parse(acme(member))).connections).toEqual([
      { ...service, name: 'acme', line: 2, ...expected },
    ])
  })

  test('leaves what is empty to its default', async () => {
    const text = acme('scopes:', 'description: ~', 'keyId: ""')
    const [connection] = (await parse(text)).connections
    expect(connection?.members).toEqual(service.members)
  })

  test('may share what is written once', async () => {
    const text = `connections:
  a: &common { orgUrl: acme, clientId: 0oa1b2c3d4e5f6g7h8i9, secrets: { key: env:K } }
  b: *common`
    expect((await parse(text)).connections.map(({ name }) => name)).toEqual(['a', 'b'])
  })
})

describe('a secret', () => {
  const isIn = (text: string) => `connections.acme.secrets.${text}`

  test.each([
    ['env:ACME_KEY', { kind: 'env', name: 'ACME_KEY' }],
    ['file:./acme.pem', { kind: 'file', path: './acme.pem' }],
    [
      "exec:op read 'op://vault/acme key'",
      { kind: 'exec', command: ['op', 'read', 'op://vault/acme key'] },
    ],
  ])('is named by %s', async (reference, expected) => {
    const text = acme().replace('{ key: env:ACME_KEY }', `{ key: ${JSON.stringify(reference)} }`)
    expect((await parse(text)).connections[0]?.secrets).toEqual({ key: expected })
  })

  test.each([
    ['a PEM', '"-----BEGIN PRIVATE KEY-----\\nMIIE"', 'config_secret_in_file'],
    ['a JWK as a text', `'{"kty":"RSA","d":"abc"}'`, 'config_secret_in_file'],
    ['a JWK as a mapping', '{ kty: RSA, d: abc }', 'config_secret_in_file'],
    ['a path without file:', './acme.pem', 'config_secret_in_file'],
    ['a number', '42', 'config_secret_in_file'],
    ['nothing after env:', '"env:"', 'config_reference_invalid'],
    ['no variable after env:', '"env:not a name"', 'config_reference_invalid'],
    ['a quote without an end', `"exec:op 'x"`, 'config_reference_invalid'],
  ])(
    'that is %s is refused, and the rest of the file is judged all the same',
    async (_what, value, code) => {
      const text = acme('scopes: okta.nothing').replace('env:ACME_KEY', value)
      expect(await problemsOf(text)).toEqual([
        `5 ${isIn('key')} ${code}`,
        '6 connections.acme.scopes scope_unknown',
      ])
    },
  )

  test('is never part of what is said', async () => {
    const secret = 'sEcReT0123456789sEcReT0123456789'
    const places = [
      acme().replace('env:ACME_KEY', secret),
      acme(`headers: { X-Gateway: ${secret} }`),
      acme(`${secret}: 1`),
      acme(`scopes: ${secret}`),
      acme(`jwtAlg: ${secret}`),
      acme(`grant_type: ${secret}`),
      acme(`dpop: ${secret}`),
      acme(`orgUrl: ${secret}`),
      acme(`jwtExpirySeconds: ${secret}`),
      `${secret}: 1`,
      `domains: [${secret}, "${secret} x"]`,
      `connections: { ${secret}: ${secret} }`,
      `accessKeys: { ci: { rules: [{ verbs: [${secret}], connections: [${secret}], ${secret}: 1 }], key: ${secret}, expiresAt: ${secret} } }`,
      `accessKeys: { ${secret}: {} }`,
      `a: !${secret} b`,
      `a: *${secret}`,
      `a: [${secret}`,
      `${secret}: 1\n${secret}: 2`,
      `a: {${secret}: [{]`,
    ]
    for (const text of places) {
      const thrown: unknown = await parse(text).catch((error: unknown) => error)
      expect(thrown, text).toBeInstanceOf(ConfigFileError)
      expect(JSON.stringify(thrown) + String(thrown), text).not.toMatch(/secret0123/i)
    }
  })
})

describe('what other products ask for', () => {
  test.each([
    [
      'a connect guide for client credentials',
      `
    Client ID: 0oa1b2c3d4e5f6g7h8i9
    Private Key (JWK): env:ACME_KEY
    Okta Domain: acme
    Scopes: okta.users.read okta.users.manage`,
      { members: { orgUrl: 'acme', scopes: 'okta.users.read okta.users.manage' } },
    ],
    [
      'a workflow product’s set-up page',
      `
    Okta Domain: https://acme.okta.com
    Client ID: 0oa1b2c3d4e5f6g7h8i9
    Private Key PEM: env:ACME_KEY
    KID: kid-1`,
      { keyId: 'kid-1' },
    ],
    [
      'a security-data product’s page, with settings and secrets apart',
      `
    settings:
      Org URL: https://acme.okta.com
    secrets:
      RSA Private Key: env:ACME_KEY
      Client ID: 0oa1b2c3d4e5f6g7h8i9
      Key ID: env:KID`,
      { keyId: { kind: 'env', name: 'KID' } },
    ],
    [
      'an agent studio’s connector guide',
      `
    Connection Name: acme
    Description: agents
    Base URL: https://acme.okta.com
    Auth Config: JWT Auth
    Private Key: env:ACME_KEY
    Client ID: 0oa1b2c3d4e5f6g7h8i9
    KID: kid-1
    Jwt Auth Algorithm: JWT_ALGORITHM_RS256
    Jwt Auth Claims Expiry Seconds: 3600
    Jwt Auth Claims Issuer: 0oa1b2c3d4e5f6g7h8i9
    Jwt Auth Claims Subject: 0oa1b2c3d4e5f6g7h8i9
    Jwt Auth Claims Audience: https://acme.okta.com/oauth2/v1/token
    Jwt Auth Oauth2 Access Token Request URL: https://acme.okta.com/oauth2/v1/token
    Assertion Key (optional): client_assertion
    Accept: application/json
    Content-Type: application/x-www-form-urlencoded
    client_assertion_type: urn:ietf:params:oauth:client-assertion-type:jwt-bearer
    scope: okta.users.read
    grant_type: client_credentials`,
      {
        keyId: 'kid-1',
        members: {
          orgUrl: 'https://acme.okta.com',
          description: 'agents',
          jwtAlg: 'JWT_ALGORITHM_RS256',
          jwtExpirySeconds: 3600,
          jwtIssuer: '0oa1b2c3d4e5f6g7h8i9',
          jwtSubject: '0oa1b2c3d4e5f6g7h8i9',
          jwtAudience: 'https://acme.okta.com/oauth2/v1/token',
          tokenUrl: 'https://acme.okta.com/oauth2/v1/token',
          assertionKey: 'client_assertion',
          scopes: 'okta.users.read',
        },
      },
    ],
  ])('%s: each label is understood', async (_product, members, expected) => {
    expect((await parse(`connections:\n  acme:${members}`)).connections).toEqual([
      { ...service, name: 'acme', line: 2, ...expected },
    ])
  })

  test('the API key of a security-data product signs in alone', async () => {
    const text = `connections:
  siem: { settings: { Org URL: acme }, secrets: { API Key: env:SIEM_TOKEN }, Auth Config: API Key }`
    expect((await parse(text)).connections[0]?.secrets).toEqual({
      apiToken: { kind: 'env', name: 'SIEM_TOKEN' },
    })
  })

  test.each([
    ['grant_type: password', 'grantType', 'config_value_invalid'],
    ['client_assertion_type: jwt', 'clientAssertionType', 'config_value_invalid'],
    ['Accept: text/html', 'accept', 'config_value_invalid'],
    ['Auth Config: API Key', 'authConfig', 'config_value_invalid'],
    ['Connection Name: other', 'name', 'config_value_invalid'],
    ['Org URL: https://other.okta.com', 'Org URL', 'config_member_twice'],
    ['Cron: "*/5 * * * *"', 'Cron', 'config_member_unknown'],
    ['Client Secret: abc', 'Client Secret', 'config_member_unknown'],
    ['settings: https://acme.okta.com', 'settings', 'config_value_invalid'],
  ])('%s is refused', async (member, path, code) => {
    expect(await problemsOf(acme(member))).toEqual([`6 connections.acme.${path} ${code}`])
  })
})

describe('what is wrong', () => {
  test('is told all at once, in the order of the file', async () => {
    const text = `domains: [login.acme.com, 203.0.113.7]
conections: {}
connections:
  acme:
    orgUrl: https://acme.auth0.com
    clientId: "x y"
    scopes: [okta.user.read]
    jwtExpirySeconds: 99999
    jwtAlg: HS256
    dpop: sometimes
    secrets: { key: env:K }
  none: { orgUrl: acme, clientId: 0oa1b2c3d4e5f6g7h8i9 }
  both:
    orgUrl: acme
    clientId: 0oa1b2c3d4e5f6g7h8i9
    secrets: { apiToken: env:A, key: env:K }
accessKeys:
  ci:
    rules: [{ connections: [acme], verbs: [read, fly] }]
    expiresAt: tomorrow
`
    expect(await problemsOf(text)).toEqual([
      '1 domains.2 org_url_ip_literal',
      '2 conections config_member_unknown',
      '5 connections.acme.orgUrl org_url_not_okta_domain',
      '6 connections.acme.clientId client_id_invalid',
      '7 connections.acme.scopes scope_unknown',
      '8 connections.acme.jwtExpirySeconds assertion_lifetime',
      '9 connections.acme.jwtAlg key_alg_not_allowed',
      '10 connections.acme.dpop config_value_invalid',
      '12 connections.none.secrets config_member_missing',
      '15 connections.both.clientId config_value_invalid',
      '16 connections.both.secrets.key config_value_invalid',
      '19 accessKeys.ci.rules.1.verbs.2 config_value_invalid',
      '20 accessKeys.ci.expiresAt config_value_invalid',
    ])
  })

  test.each([
    ['a: 1\na: 2', '2 config_syntax'],
    ['connections:\n  a: {}\n  a: {}', '3 config_syntax'],
    ['a:\n\tb: 1', '2 config_syntax'],
    ['a: "x', '1 config_syntax'],
    ['--- {}\n--- {}', '2 config_syntax'],
    ['%YAML 1.1\n--- {}', '1 config_syntax'],
    ['connections: !!js/function x', '1 connections config_syntax'],
    ['connections: !!binary aGk=', '1 connections config_syntax'],
    ['connections: *nothing', '1 connections config_syntax'],
    ['connections:\n  ? [a]\n  : {}', '2 connections config_syntax'],
    ['connections:\n  __proto__: {}', '2 connections config_syntax'],
    ['connections:\n  "a\\0b": {}', '2 connections config_syntax'],
    ['domains:\n  - "a\\0b"', '2 domains.1 config_syntax'],
    ['[]', '1 config_value_invalid'],
    ['domains: login.acme.com', '1 domains config_value_invalid'],
    [
      'connections: { "Acme!": { orgUrl: acme, secrets: { apiToken: env:T } } }',
      '1 connections.(a name that is not shown) connection_name',
    ],
    ['accessKeys: { ci: {} }', '1 accessKeys.ci.rules config_member_missing'],
    ['accessKeys: { ci: { rules: [] } }', '1 accessKeys.ci.rules config_value_invalid'],
  ])('%j: %s', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([problem])
  })

  test('an org on a domain that the file does not allow is refused, and one that it allows is taken', async () => {
    const text = acme().replace('https://acme.okta.com', 'login.acme.com')
    expect(await problemsOf(text)).toEqual(['3 connections.acme.orgUrl org_url_not_okta_domain'])
    expect((await parse(`domains: [Login.acme.com]\n${text}`)).domains).toEqual([
      { host: 'login.acme.com', line: 1 },
    ])
  })

  test('what is nested too deeply is one problem, however often it is', async () => {
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`
    const members = Array.from({ length: 60 }, (_, index) => `  a${index}: ${deep}`)
    const problems = await problemsOf(`connections:\n${members.join('\n')}`)
    expect(problems.filter((problem) => problem.endsWith('config_syntax'))).toHaveLength(1)
  })

  test('aliases that multiply are refused before they do', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const item = level === 0 ? 'x' : `*a${level - 1}`
      return `  l${level}: &a${level} [${Array(9).fill(item).join(', ')}]`
    })
    const problems = await problemsOf(`connections:\n${levels.join('\n')}`)
    expect(problems.length).toBeLessThanOrEqual(100)
    expect(problems[0]).toMatch(/config_/)
  })

  test('an empty file is in order', async () => {
    for (const text of ['', '# nothing yet', '{}', '\ufeff']) {
      expect(await parse(text)).toMatchObject({ connections: [], accessKeys: [], domains: [] })
    }
  })
})

test('an access key has rules, an end, and a reference to itself', async () => {
  const text = `accessKeys:
  ci:
    rules:
      - { connections: [acme], verbs: [read, token] }
    expiresAt: 2027-01-31
    key: env:CI_KEY
  siem:
    rules: [{ connections: ["*"], verbs: [sync] }]
    expiresAt: 2027-01-31T12:00:00+02:00`
  expect((await parse(text)).accessKeys).toEqual([
    {
      name: 'ci',
      line: 2,
      rules: [{ connections: ['acme'], verbs: ['read', 'token'] }],
      expiresAt: new Date('2027-01-31T00:00:00Z'),
      key: { kind: 'env', name: 'CI_KEY' },
    },
    {
      name: 'siem',
      line: 7,
      rules: [{ connections: ['*'], verbs: ['sync'] }],
      expiresAt: new Date('2027-01-31T10:00:00Z'),
    },
  ])
})

test('an action that nobody declares is given and approved to nobody', async () => {
  const text = [
    acme('preApproved:', '  - action: group.add_member', '  - action: grup.add_member'),
    'accessKeys:',
    '  agent:',
    '    rules:',
    '      - connections: [acme]',
    '        verbs: [act]',
    '        actions: [reads, user.find, user.reset_factors, user.fnd]',
    'signIn:',
    '  issuer: https://acme.okta.com',
    '  clientId: 0oa1b2c3d4e5f6g7h8i9',
    '  clientSecret: env:SIGN_IN_SECRET',
    '  groups:',
    '    Admins:',
    '      - { connections: [acme], verbs: [act], actions: [group.find, group.fnd] }',
    'actions:',
    '  user.reset_factors:',
    '    title: Reset the factors of a user',
    '    summary: Takes every authenticator from a user.',
    '    method: POST',
    '    path: /api/v1/users/{user}/lifecycle/reset_factors',
    '    scopes: [okta.users.manage]',
    '    parameters: [{ name: user, kind: user, description: The user. }]',
  ]
  expect(await problemsOf(text.join('\n'))).toEqual([
    '8 connections.acme.preApproved.2.action config_value_invalid',
    '14 accessKeys.agent.rules.1.actions.4 config_value_invalid',
    '21 signIn.groups.Admins.1.actions.2 config_value_invalid',
  ])
})

test('every member of a connection has its name in the file, but for what is used up at once', () => {
  const names = Object.keys(connectionMembers.shape).filter((name) => name !== 'keyDraft')
  expect(names.map(memberOf)).toEqual(names)
})

describe('feeds and sinks', () => {
  const feed = (...members: readonly string[]) =>
    ['feeds:', '  log:', '    connection: acme', ...members.map((member) => `    ${member}`)].join(
      '\n',
    )

  test('are what their members say, whatever other documents call them', async () => {
    const text = feed(
      'input: system-log',
      'Sinks: files',
      'Cron: "0 3 * * *"',
      'Time Zone: Europe/Berlin',
      'Backfill Start Time: now',
    )
    const { feeds } = await parse(text)
    expect(feeds).toEqual([
      {
        name: 'log',
        line: 2,
        members: {
          ...{ connection: 'acme', input: 'system-log', sinks: ['files'], cron: '0 3 * * *' },
          ...{ timezone: 'Europe/Berlin', since: 'now' },
        },
      },
    ])
  })

  test('a sink names its secrets by reference, and no secret itself is taken', async () => {
    const sink = (secret: string) =>
      `sinks: { pg: { kind: postgres, settings: { schema: okta }, secrets: { url: "${secret}" } } }`
    expect((await parse(sink('env:PG_URL'))).sinks).toEqual([
      {
        name: 'pg',
        line: 1,
        kind: 'postgres',
        settings: { schema: 'okta' },
        secrets: { url: { kind: 'env', name: 'PG_URL' } },
      },
    ])
    expect(await problemsOf(sink('postgres://u:p@h/db'))).toEqual([
      '1 sinks.pg.secrets.url config_secret_in_file',
    ])
  })

  test('every value that cannot be used is told at once, on its line', async () => {
    const text = `${feed('input: logs', 'sinks: [files]', 'cron: "60 * * * *"')}
  users:
    connection: acme
    input: users
    sinks: [files]
    timezone: Mars/Phobos
    since: 2026-01-01
sinks:
  Files: { kind: jsonl, settings: { path: relative } }
  pg: { kind: postgres }
  odd: { kind: parchment }`
    expect(await problemsOf(text)).toEqual([
      '4 feeds.log.input input_unknown',
      '6 feeds.log.cron cron_range',
      '11 feeds.users.timezone timezone_unknown',
      '12 feeds.users.since feed_invalid',
      '14 sinks.Files sink_name',
      '14 sinks.Files.settings.path sink_settings_invalid',
      '15 sinks.pg.secrets.url sink_settings_invalid',
      '16 sinks.odd.kind sink_kind_unknown',
    ])
  })
})

describe('how people sign in', () => {
  const signIn = (...members: readonly string[]) =>
    ['signIn:', '  issuer: https://acme.okta.com', '  clientId: 0oa1', ...members]
      .map((line, index) => (index < 3 ? line : `  ${line}`))
      .join('\n')
  const groups = 'groups: { Operators: [{ connections: ["*"], verbs: [read] }] }'

  test('is what its members say', async () => {
    const rules = [{ connections: ['*'], verbs: ['read'] }]
    const text = signIn(
      'key: file:app.jwk',
      'scopes: [openid]',
      'groupsClaim: teams',
      'name: Acme',
      groups,
      'people: { 00u1: [{ connections: ["*"], verbs: [read] }] }',
    )
    expect((await parse(text)).signIn).toEqual({
      line: 1,
      issuer: 'https://acme.okta.com',
      clientId: '0oa1',
      key: { kind: 'file', path: 'app.jwk' },
      scopes: ['openid'],
      groupsClaim: 'teams',
      name: 'Acme',
      groups: new Map([['Operators', rules]]),
      people: new Map([['00u1', rules]]),
    })
  })

  test.each([
    ['no credential', [groups], 'signIn.clientSecret sign_in_invalid'],
    ['two', [groups, 'clientSecret: env:S', 'key: env:K'], 'signIn.clientSecret sign_in_invalid'],
    [
      'the secret itself',
      [groups, 'clientSecret: TESTSECRET'],
      'signIn.clientSecret config_secret_in_file',
    ],
    ['nobody who may do anything', ['clientSecret: env:S'], 'signIn.groups sign_in_invalid'],
    [
      'scopes without openid',
      [groups, 'clientSecret: env:S', 'scopes: [profile]'],
      'signIn.scopes sign_in_invalid',
    ],
    [
      'a verb that there is not',
      ['clientSecret: env:S', 'groups: { A: [{ connections: ["*"], verbs: [all] }] }'],
      'signIn.groups.A.1.verbs.1 config_value_invalid',
    ],
    [
      'a member that there is not',
      [groups, 'clientSecret: env:S', 'tenant: x'],
      'signIn.tenant config_member_unknown',
    ],
  ])('is refused with %s', async (_what, members, problem) => {
    const found = await problemsOf(signIn(...members))
    expect(found.map((text) => text.replace(/^\d+ /, ''))).toEqual([problem])
  })

  test.each([
    ['http://acme.okta.com', 'outbound_url_scheme'],
    ['acme.okta.com', 'outbound_url_malformed'],
    ['https://acme.okta.com/?x=1', 'sign_in_issuer_invalid'],
    ['https://acme.okta.com/.well-known/openid-configuration', 'sign_in_issuer_invalid'],
    ['https://a:b@acme.okta.com', 'outbound_url_userinfo'],
  ])('is refused with the issuer %s', async (issuer, code) => {
    const text = signIn('clientSecret: env:S', groups).replace('https://acme.okta.com', issuer)
    expect(await problemsOf(text)).toEqual([`2 signIn.issuer ${code}`])
  })
})
