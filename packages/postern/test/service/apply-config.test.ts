/** @module A configuration file applied: the file wins for what it names, and nothing else is touched. */

import { addKey, exportJwk, generateKey, Org, type PrivateKey, Secret } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { ActionRights } from '../../src/actions/rights.ts'
import { parseConfigFile } from '../../src/config/file/parse.ts'
import { openLog } from '../../src/log.ts'
import type { Services } from '../../src/server/services.ts'
import type { Applied } from '../../src/service/applied.ts'
import { applyConfig } from '../../src/service/apply-config.ts'
import { declarationJudges } from '../../src/service/judge-declared.ts'
import { openServices } from '../../src/service.ts'
import { withLease } from '../../src/store/leases.ts'
import type { Seal } from '../../src/store/seal.ts'
import { readStandingApprovals } from '../../src/store/standing-approvals.ts'

const by = { actor: 'access-key:someone' }
const EMPTIED = [
  ...(['connection', 'secret', 'domain', 'access_key', 'declared_key'] as const),
  ...(['sink', 'feed', 'feed_state', 'feed_sink'] as const),
  ...(['standing_approval', 'declared_action'] as const),
]
const accessKeyText = `postern_0123456789abcdef_${'A'.repeat(43)}`

describe.each(stores)('postern.yaml applied on $name', ({ open }) => {
  const clock = new TestClock()
  let kept: TestStore
  let seal: Seal
  let org: RunningOrg
  let services: Services
  let env: Record<string, string | undefined>

  beforeAll(async () => {
    org = await startOrg({ keyType: 'EC', users: 2 })
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(async () => {
    await org.close()
    await kept.close()
  })
  beforeEach(async () => {
    for (const table of EMPTIED) await kept.store.db.deleteFrom(table).execute()
    services = openedServices()
    env = {
      ACME_KEY: JSON.stringify(org.app.key),
      ADMIN_TOKEN: org.adminToken,
      CI_KEY: accessKeyText,
      SIEM_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
    }
  })

  /** What one process has. */
  const openedServices = () =>
    openServices({
      ...{ store: kept.store, seal, clock, env: {}, dev: true },
      log: openLog({ level: 'silent' }),
    })

  /** Applies a text as a start would. */
  async function apply(text: string, given = env): Promise<readonly Applied[]> {
    const config = await parseConfigFile(
      text,
      { file: 'postern.yaml', folder: '/nowhere' },
      declarationJudges,
    )
    return (await applyConfig(services, config, { env: given, dev: true, isAttended: true })) ?? []
  }

  const acme = (...members: readonly string[]) =>
    [
      'connections:',
      '  acme:',
      `    orgUrl: ${org.url}`,
      `    clientId: ${org.app.clientId}`,
      '    secrets: { key: env:ACME_KEY }',
      ...members.map((member) => `    ${member}`),
    ].join('\n')

  const whole = () => `domains: [login.acme.com]
${acme('scopes: okta.users.read', 'description: the directory')}
  admin: { orgUrl: "${org.url}", secrets: { apiToken: env:ADMIN_TOKEN } }
accessKeys:
  ci: { rules: [{ connections: [acme], verbs: [read, token] }], key: env:CI_KEY }
  siem: { rules: [{ connections: ["*"], verbs: [sync] }], expiresAt: 2099-01-01 }`

  /** Sinks and feeds, with a folder for files. */
  const feeding = (
    ...members: readonly string[]
  ) => `${acme('scopes: okta.logs.read okta.users.read')}
sinks:
  files: { kind: jsonl, settings: { path: "${kept.place.dataDir}/out" } }
feeds:
  log:
    Connection: acme
    Input: system-log
    Sinks: [files, store]
    Cron: "*/15 * * * *"
    Backfill Start Time: 2026-01-01T00:00:00Z
${members.map((member) => `    ${member}`).join('\n')}`

  const outcomes = (applied: readonly Applied[]) =>
    applied.map(({ kind, name, outcome, changed = [] }) =>
      [kind, name, outcome, ...changed].join(' '),
    )

  /** Everything that is kept, but for who did what when. */
  async function dump(): Promise<string> {
    const all = (await kept.dump()).split(/^-- /m)
    return all.filter((table) => !/^(?:audit|audit_head|lease)\n/.test(table)).join('-- ')
  }

  test('an action is declared, changed and called by its name; what it leaves out stays', async () => {
    const declared = (path: string) => `
actions:
  user.look_up: { title: Look up, summary: Reads., method: GET, path: ${path}, scopes: [okta.users.read], connections: [acme] }
${acme('scopes: okta.users.read')}`
    expect(outcomes(await apply(declared('/api/v1/users/me')))).toEqual([
      'action user.look_up added',
      'connection acme added',
    ])
    const rights: ActionRights = { actionRight: () => 'direct' }
    const run = () =>
      services.actions.run({ connection: 'acme', action: 'user.look_up' }, { by, rights })
    await expect(run()).rejects.toMatchObject({ code: 'object_not_found' })
    expect(outcomes(await apply(declared('/api/v1/users')))[0]).toBe('action user.look_up changed')
    expect((await run()).answer.result).toMatchObject({ status: 200 })
    const before = await dump()
    expect(outcomes(await apply(declared('/api/v1/users')))[0]).toBe(
      'action user.look_up unchanged',
    )
    expect(await dump()).toBe(before)
    expect((await services.actions.list('acme')).map(({ name }) => name)).toContain('user.look_up')
    expect((await services.actions.list('b')).map(({ name }) => name)).not.toContain('user.look_up')
    await services.knownActions.remove('user.look_up', by)
    await expect(run()).rejects.toMatchObject({ code: 'action_unknown' })
    await expect(services.knownActions.remove('user.look_up', by)).rejects.toMatchObject({
      code: 'action_unknown',
    })
  })

  test('every problem of a declared action is told with its line, and nothing is applied', async () => {
    const text = `actions:
  group.add_member: { title: T, summary: S, method: GET, path: /api/v1/users, scopes: [okta.users.read] }
  user.x: { title: T, summary: S, method: POST, path: "/api/v1/users/{who}", scopes: [okta.users.manage] }`
    await expect(apply(text)).rejects.toMatchObject({
      problems: [
        { path: 'actions.group.add_member', line: 2, code: 'action_declaration_invalid' },
        { path: 'actions.user.x.path', line: 3, code: 'action_declaration_invalid' },
      ],
    })
  })

  const approval = 'preApproved: [{ action: group.add_member, groups: [Staff], perDay: 5 }]'
  const approved = async () => {
    const { id } = await services.connections.get('acme')
    return readStandingApprovals(kept.store, id)
  }

  test('what is approved for good is what the file says, and nothing once it says nothing', async () => {
    expect(outcomes(await apply(acme(approval)))).toEqual(['connection acme added'])
    const wanted = [{ action: 'group.add_member', groups: ['Staff'], perDay: 5 }]
    expect(await approved()).toEqual(wanted)
    expect(outcomes(await apply(acme(approval)))).toEqual(['connection acme unchanged'])
    expect(outcomes(await apply(acme()))).toEqual(['connection acme changed preApproved'])
    expect(await approved()).toEqual([])
  })

  test('what is approved for good is taken back also where the connection is refused', async () => {
    await apply(acme(approval))
    expect(outcomes(await apply(acme(), {}))).toEqual(['connection acme refused'])
    expect(await approved()).toEqual([])
    await apply(acme(approval))
    const elsewhere = acme(approval).replace(org.url, 'https://other.okta.com')
    expect(outcomes(await apply(elsewhere))).toEqual(['connection acme refused'])
    expect(await approved()).toEqual([])
  })

  test('is there as the file says, and works', async () => {
    const applied = await apply(whole())
    expect(outcomes(applied)).toEqual([
      'domain login.acme.com added',
      'connection acme added',
      'connection admin added',
      'access-key ci added',
      'access-key siem added',
    ])
    for (const name of ['acme', 'admin']) {
      const answer = await (await services.connections.open(name)).org.request({
        path: '/api/v1/users',
      })
      expect([name, answer.json()]).toEqual([name, expect.objectContaining({ length: 2 })])
    }
    expect(await services.accessKeys.recognise(accessKeyText)).toMatchObject({
      actor: 'access-key:0123456789abcdef',
    })
    expect(await services.domains.hosts()).toEqual(['login.acme.com'])
  })

  test('shows the access key that it made once, and only that', async () => {
    const first = await apply(whole())
    const texts = first.flatMap(({ text }) => (text === undefined ? [] : [text.reveal()]))
    expect(texts).toEqual([expect.stringMatching(/^postern_/)])
    expect(await services.accessKeys.recognise(texts[0] ?? '')).toBeDefined()
    expect((await apply(whole())).some(({ text }) => text !== undefined)).toBe(false)
  })

  test('a second time changes nothing and asks the org nothing', async () => {
    await apply(whole())
    const [before, asked] = [await dump(), org.org.ledger.size]
    const rows = await kept.store.db.selectFrom('audit').select('seq').execute()
    const keys = await services.accessKeys.list()
    const again = await apply(whole())
    expect(await kept.store.db.selectFrom('audit').select('seq').execute()).toEqual(rows)
    expect(await services.accessKeys.list()).toEqual(keys)
    expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']))
    expect([await dump(), org.org.ledger.size]).toEqual([before, asked])
    services = openedServices()
    await apply(whole())
    expect(await dump()).toBe(before)
  })

  test('keeps no secret and no reference in clear', async () => {
    await apply(whole())
    const all = await kept.dump()
    const d = String(org.app.key['d'])
    for (const secret of [d, org.adminToken, 'A'.repeat(43), 'ACME_KEY']) {
      expect(all.includes(secret)).toBe(false)
      expect(all.includes(Buffer.from(secret).toString('hex'))).toBe(false)
    }
  })

  test('wins for what it names, says what that was, and leaves the rest', async () => {
    await apply(whole())
    const members = {
      description: 'changed by hand',
      scopes: 'okta.users.read okta.groups.read',
      jwtExpirySeconds: 300,
      wants: 'okta.users.read',
    }
    await services.connections.update('acme', { members }, by)
    const [siem] = (await services.accessKeys.list()).filter(({ name }) => name === 'siem')
    const wider = [{ connections: ['*'], verbs: ['sync', 'admin'] as const }]
    await services.accessKeys.update(
      siem?.id ?? '',
      { name: 'siem', rules: wider.map((rule) => ({ ...rule, verbs: [...rule.verbs] })) },
      by,
    )
    expect(outcomes(await apply(whole()))).toEqual([
      'domain login.acme.com unchanged',
      'connection acme changed description scopes',
      'connection admin unchanged',
      'access-key ci unchanged',
      'access-key siem changed rules expiresAt',
    ])
    const { description, settings } = await services.connections.get('acme')
    expect({ description, settings }).toMatchObject({
      description: 'the directory',
      settings: {
        scopes: ['okta.users.read'],
        assertion: { lifetimeSeconds: 300 },
        wants: ['okta.users.read'],
      },
    })
  })

  test('what is new in the file is taken, and the same again is no change', async () => {
    env['GATEWAY'] = 'TESTSECRET'
    let text = acme('scopes: okta.users.read')
    await apply(text)
    for (const [member, name] of [
      ['jwtExpirySeconds: 120', 'jwtExpirySeconds'],
      ['jwtClaims: { env: prod }', 'jwtClaims'],
      [`jwtIssuer: ${org.app.clientId}`, 'jwtIssuer'],
      ['headers: { X-Gateway: env:GATEWAY }', 'headers'],
      ['dpop: always', 'dpop'],
      ['rotationIntervalDays: 30', 'rotationIntervalDays'],
      ['rotationAdmin: admin', 'rotationAdmin'],
      ['jwksUrl: https://keys.acme.com/acme.json', 'jwksUrl'],
      ['wants: [okta.users.read]', 'wants'],
      ['Assertion Key: client_assertion', 'assertionKey'],
    ] as const) {
      text = `${text}\n    ${member}`
      expect(outcomes(await apply(text))).toEqual([`connection acme changed ${name}`])
    }
    expect(outcomes(await apply(text))).toEqual(['connection acme unchanged'])
  })

  test('a header whose value changed where it is kept is taken', async () => {
    env['GATEWAY'] = 'TESTSECRET-1'
    const text = acme('headers: { X-Gateway: env:GATEWAY }')
    await apply(text)
    env['GATEWAY'] = 'TESTSECRET-2'
    expect(outcomes(await apply(text))).toEqual(['connection acme changed headers'])
  })

  test('scopes that the file leaves out are found, and stay as they were found', async () => {
    await apply(acme())
    const { settings } = await services.connections.get('acme')
    expect(settings.scopes).toEqual([...org.app.scopes].sort())
    expect(outcomes(await apply(acme()))).toEqual(['connection acme unchanged'])
  })

  describe('of a key', () => {
    /** A new key that the app has too. */
    async function addedKey(kid: string): Promise<PrivateKey> {
      const credential = { kind: 'api-token', apiToken: new Secret(org.adminToken) } as const
      const admin = new Org({ url: org.url, dev: true, credential })
      const key = await generateKey({ alg: 'ES256', kid })
      await addKey(admin, org.app.clientId, key.publicJwk)
      return key
    }
    const textOf = (key: PrivateKey) => exportJwk(key).reveal()

    test('that was rotated since, the old one is not put back, and that is said', async () => {
      await apply(acme())
      const key = await addedKey('rotated')
      await services.connections.update('acme', { members: { key: textOf(key) } }, by)
      const [applied] = await apply(acme('description: new'))
      expect(applied).toMatchObject({
        outcome: 'changed',
        changed: ['description'],
        note: expect.stringContaining('rotated'),
      })
      const { settings } = await services.connections.get('acme')
      expect(settings.publicJwk?.kid).toBe('rotated')
    })

    test('another one in the place of the reference is taken', async () => {
      await apply(acme())
      env['ACME_KEY'] = textOf(await addedKey('another'))
      expect(outcomes(await apply(acme()))).toEqual(['connection acme changed key'])
      const { settings } = await services.connections.get('acme')
      expect(settings.publicJwk?.kid).toBe('another')
      const key = textOf(await addedKey('after-another'))
      await services.connections.update('acme', { members: { key } }, by)
      expect(outcomes(await apply(acme()))).toEqual(['connection acme unchanged'])
    })

    test('one that the org does not know is refused, and the connection stays as it was', async () => {
      await apply(acme())
      const before = await dump()
      env['ACME_KEY'] = textOf(await generateKey({ alg: 'ES256', kid: 'unknown' }))
      expect(await apply(acme())).toMatchObject([
        { outcome: 'refused', problem: { code: 'connection_unusable' } },
      ])
      expect(await dump()).toBe(before)
    })

    test('of a connection that was made by hand, the same one is no change', async () => {
      const members = { key: env['ACME_KEY'], clientId: org.app.clientId, orgUrl: org.url }
      const values = { ...members, key: new Secret(members.key ?? '') }
      await services.connections.connect({ name: 'acme', values }, by)
      expect(outcomes(await apply(acme()))).toEqual(['connection acme unchanged'])
    })
  })

  describe('what cannot be', () => {
    test('stops nothing else', async () => {
      env['ACME_KEY'] = undefined
      const wrong = `${whole()}
  revoked: { rules: [{ connections: [acme], verbs: [read] }], key: env:WRONG }`
      env['WRONG'] = 'TESTSECRETnoaccesskey'
      const applied = await apply(wrong)
      expect(outcomes(applied)).toEqual([
        'domain login.acme.com added',
        'connection acme refused',
        'connection admin added',
        'access-key ci added',
        'access-key siem added',
        'access-key revoked refused',
      ])
      const problems = applied.flatMap(({ problem }) => problem ?? [])
      expect(problems).toMatchObject([
        { code: 'env_not_set', message: expect.stringContaining('connections.acme.secrets.key') },
        { code: 'access_key_malformed' },
      ])
      expect(JSON.stringify(applied)).not.toContain('TESTSECRET')
    })

    test.each([
      ['another org', 'orgUrl: https://other.okta.com', 'connection_other_org'],
      ['an API token', 'secrets: { apiToken: env:ADMIN_TOKEN }', 'connection_kind'],
    ])('a connection to %s under the same name is refused', async (_what, member, code) => {
      await apply(acme())
      const [name = ''] = member.split(':')
      const lines = acme().split('\n')
      const other = lines
        .map((line) => (line.trim().startsWith(`${name}:`) ? `    ${member}` : line))
        .filter((line) => code !== 'connection_kind' || !line.includes('clientId'))
      expect(await apply(other.join('\n'))).toMatchObject([
        { outcome: 'refused', problem: { code } },
      ])
    })

    test('an access key that somebody revoked does not come back', async () => {
      await apply(whole())
      for (const { id } of await services.accessKeys.list())
        await services.accessKeys.revoke(id, by)
      const applied = (await apply(whole())).filter(({ kind }) => kind === 'access-key')
      expect(applied).toMatchObject([
        { name: 'ci', outcome: 'refused', problem: { code: 'access_key_revoked' } },
        { name: 'siem', outcome: 'refused', problem: { code: 'access_key_revoked' } },
      ])
      expect(await services.accessKeys.recognise(accessKeyText)).toBeUndefined()
    })

    test('an access key whose name another one has too is left alone', async () => {
      const rules = [{ connections: ['*'], verbs: ['read' as const] }]
      for (let count = 0; count < 2; count++) {
        await services.accessKeys.add({ name: 'siem', rules }, by)
      }
      const text = 'accessKeys: { siem: { rules: [{ connections: ["*"], verbs: [sync] }] } }'
      expect(await apply(text)).toMatchObject([
        { outcome: 'refused', problem: { code: 'access_key_ambiguous' } },
      ])
    })

    test('an access key that somebody named so over the API gets none of its rights', async () => {
      const rules = [{ connections: ['acme'], verbs: ['read' as const] }]
      const made = await services.accessKeys.add({ name: 'siem', rules }, by)
      const text = 'accessKeys: { siem: { rules: [{ connections: ["*"], verbs: [admin] }] } }'
      expect(await apply(text)).toMatchObject([
        { outcome: 'refused', problem: { code: 'access_key_foreign' } },
      ])
      expect((await services.accessKeys.get(made.view.id)).rules).toEqual(rules)
    })

    test.each([
      ['with a text', 'key: env:CI_KEY, '],
      ['without one', ''],
    ])(
      'an access key %s that somebody rotated over the API gets no other rights',
      async (_what, key) => {
        const declared = (verb: string) =>
          `accessKeys: { ci: { ${key}rules: [{ connections: [acme], verbs: [${verb}] }] } }`
        await apply(declared('read'))
        const [{ id, rules } = { id: '', rules: [] }] = await services.accessKeys.list()
        const { text } = await services.accessKeys.rotate(id, by)
        expect(await apply(declared('admin'))).toMatchObject([
          { outcome: 'refused', problem: { code: 'access_key_foreign' } },
        ])
        expect((await services.accessKeys.get(id)).rules).toEqual(rules)

        const local = { actor: 'local' }
        await services.accessKeys.rotate(id, local)
        await services.accessKeys.rotate(id, local)
        expect(await apply(declared('admin'))).toMatchObject([{ outcome: 'changed' }])
        expect(await services.accessKeys.recognise(text.reveal())).toBeUndefined()
      },
    )

    test('an access key is not made where nobody would see it', async () => {
      const text = 'accessKeys: { siem: { rules: [{ connections: ["*"], verbs: [sync] }] } }'
      const config = await parseConfigFile(
        text,
        { file: 'postern.yaml', folder: '/nowhere' },
        declarationJudges,
      )
      const unattended = { env, dev: true, isAttended: false }
      expect(await applyConfig(services, config, unattended)).toMatchObject([
        { outcome: 'refused', problem: { code: 'access_key_unseen' } },
      ])
      expect(await services.accessKeys.list()).toEqual([])
    })

    test('an access key that has ended already is not made', async () => {
      const text =
        'accessKeys: { old: { rules: [{ connections: ["*"], verbs: [sync] }], expiresAt: 2020-01-01 } }'
      expect(await apply(text)).toMatchObject([
        { outcome: 'refused', problem: { code: 'access_key_expired' } },
      ])
    })
  })

  test('an access key that was rotated keeps its new text, and that is said', async () => {
    await apply(whole())
    const { text } = await services.accessKeys.rotate('0123456789abcdef', by)
    const [ci] = (await apply(whole())).filter(({ name }) => name === 'ci')
    expect(ci).toMatchObject({ outcome: 'unchanged', note: expect.stringContaining('rotated') })
    expect(await services.accessKeys.recognise(text.reveal())).toBeDefined()
  })

  test('another text makes another access key, and that the old one is still good is said', async () => {
    await apply(whole())
    const CI_KEY = `postern_fedcba9876543210_${'B'.repeat(43)}`
    const [ci] = (await apply(whole(), { ...env, CI_KEY })).filter(({ name }) => name === 'ci')
    expect(ci).toMatchObject({
      outcome: 'added',
      note: expect.stringContaining('postern access revoke 0123456789abcdef'),
    })
    expect(JSON.stringify(ci)).not.toContain('BBBB')
  })

  test('sinks and feeds are there as the file says, and once', async () => {
    const [, ...applied] = outcomes(await apply(feeding()))
    expect(applied).toEqual(['sink files added', 'feed log added'])
    expect(await services.feeds.get('log')).toMatchObject({
      connection: 'acme',
      input: 'system-log',
      cron: '*/15 * * * *',
      since: '2026-01-01T00:00:00.000Z',
      sinks: [{ name: 'files' }, { name: 'store' }],
    })
    const before = await dump()
    const again = await apply(feeding())
    expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']))
    expect(await dump()).toBe(before)
  })

  test('what a feed says otherwise is changed, and what it does not say stays', async () => {
    await apply(feeding('missed: skip'))
    const changed = await apply(feeding('timezone: Europe/Berlin', 'paused: true'))
    expect(outcomes(changed).at(-1)).toBe('feed log changed paused timezone')
    expect(await services.feeds.get('log')).toMatchObject({
      ...{ state: 'paused', missed: 'skip', timezone: 'Europe/Berlin', cron: '*/15 * * * *' },
    })
    expect(outcomes(await apply(feeding('paused: false'))).at(-1)).toBe('feed log changed paused')
  })

  test('a feed of another beginning, or a sink of another kind, is refused for itself', async () => {
    await apply(feeding())
    const text = feeding()
      .replace('2026-01-01', '2026-02-01')
      .replace(/kind: jsonl, settings: .*/, 'kind: stdout }')
    const [connection, sink, feed] = await apply(text)
    expect(connection).toMatchObject({ outcome: 'unchanged' })
    expect(sink).toMatchObject({ outcome: 'refused', problem: { code: 'sink_other_kind' } })
    expect(feed).toMatchObject({ outcome: 'refused', problem: { code: 'feed_fixed' } })
  })

  test('a sink that cannot be written to is refused, without a word of its secret', async () => {
    const text = 'sinks: { hook: { kind: postgres, secrets: { url: env:PG } } }'
    env['PG'] = 'postgres://nobody:secret-one@127.0.0.1:1/none'
    const [refused] = await apply(text)
    expect(refused).toMatchObject({ outcome: 'refused', problem: { code: 'sink_unreachable' } })
    expect(JSON.stringify(refused)).not.toContain('secret-one')
  })

  test('by two processes at once is done once', async () => {
    const config = await parseConfigFile(
      whole(),
      { file: 'postern.yaml', folder: '/nowhere' },
      declarationJudges,
    )
    const both = await Promise.all(
      [services, openedServices()].map((each) =>
        applyConfig(each, config, { env, dev: true, isAttended: true }),
      ),
    )
    const added = both.flatMap((applied) =>
      (applied ?? []).filter(({ outcome }) => outcome !== 'unchanged'),
    )
    expect(outcomes(added)).toHaveLength(5)
    expect(await services.accessKeys.list()).toHaveLength(2)
  })

  test('while another process applies one is left to that', async () => {
    const config = await parseConfigFile(
      whole(),
      { file: 'postern.yaml', folder: '/nowhere' },
      declarationJudges,
    )
    const other = openedServices()
    await withLease(kept.store, 'config', async () => {
      expect(await applyConfig(other, config, { env, dev: true, isAttended: true })).toBeUndefined()
    })
    expect(await services.connections.list()).toEqual([])
  })

  test('is in the audit log, by whom it was', async () => {
    const { seq } = await kept.store.db
      .selectFrom('audit_head')
      .select('seq')
      .executeTakeFirstOrThrow()
    await apply(whole())
    const rows = await kept.store.db
      .selectFrom('audit')
      .select(['actor', 'action', 'outcome'])
      .where('seq', '>', Number(seq))
      .orderBy('seq')
      .execute()
    expect(rows.map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`)).toEqual([
      'config domain.allow ok',
      'config connection.connect ok',
      'config connection.connect ok',
      'config access-key.add ok',
      'config access-key.add ok',
    ])
  })
})
