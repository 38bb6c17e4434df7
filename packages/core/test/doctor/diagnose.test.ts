/** @module A diagnosis as a whole: its order, its cost, its end, and what it leaves behind. */

import {
  type DiagnoseOptions,
  diagnose,
  type Finding,
  fetchTransport,
  isProblem,
  Secret,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'

const changing = { scopes: ['okta.users.manage', 'okta.groups.manage', 'okta.apps.manage'] }

describe('a diagnosis', () => {
  test('of a healthy service app takes at most ten requests', async () => {
    const { options, sent } = await connect()
    await collect(options)
    expect(sent.length).toBeLessThanOrEqual(10)
  })

  test('says how many records came of each thing that it looked at', async () => {
    const { options } = await connect({ scopes: ['okta.users.read', 'okta.groups.read'] })
    const reading = (await collect(options)).find(({ check }) => check === 'reading')
    expect(reading?.details['records']).toEqual({ users: 1, groups: 1 })
  })

  test('gives its first finding before anything is sent', async () => {
    const { options, sent } = await connect()
    for await (const finding of diagnose(options)) {
      expect(finding).toMatchObject({ check: 'org-url', status: 'ok' })
      break
    }
    expect(sent).toEqual([])
  })

  test('changes nothing, also where it asks whether it might', async () => {
    const { options, running } = await connect({ ...changing, role: 'SUPER_ADMIN' })
    const before = running.org.ledger.size
    const findings = await collect(options)
    expect(findings).toContainEqual(expect.objectContaining({ check: 'writing', status: 'ok' }))
    const after = running.org.ledger.read(before, 100)
    expect(after.filter(({ kind }) => kind === 'change')).toEqual([])
  })

  test('asks for each permission to change something once, and never with a body that could be taken', async () => {
    const { options, sent } = await connect({ ...changing, role: 'SUPER_ADMIN' })
    await collect(options)
    const writes = sent.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/'))
    expect(writes).toEqual([
      { method: 'POST', path: '/api/v1/users', body: '{}' },
      { method: 'POST', path: '/api/v1/groups', body: '{}' },
      { method: 'POST', path: '/api/v1/apps', body: '{}' },
    ])
  })

  test('skips what builds on a check that did not pass, and says which one that is', async () => {
    const { options } = await connect({ faults: ['key-replaced'] })
    const skipped = (await collect(options)).filter(({ status }) => status === 'skipped')
    expect(skipped.map(({ check, details }) => [check, details['missing']])).toEqual([
      ['granted-scopes', 'token'],
      ['token-life', 'token'],
      ['reading', 'token'],
      ['writing', 'reading'],
      ['pages', 'reading'],
      ['search', 'reading'],
      ['rate-limits', 'reading'],
      ['log', 'reading'],
    ])
  })

  test('repeats nothing that failed', async () => {
    const { options, sent } = await connect({ faults: ['unavailable=path:/api/v1/users'] })
    const findings = await collect(options)
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'reading', code: 'upstream_unavailable' }),
    )
    expect(sent.filter(({ path }) => path === '/api/v1/users')).toHaveLength(1)
  })

  test('ends when its time is over, and says so', async () => {
    const { options } = await connect({ faults: ['timeout=path:/oauth2'] })
    const findings = await collect({ ...options, totalMs: 100 })
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'token', code: 'diagnosis_ended', status: 'unknown' }),
    )
    expect(findings.filter(({ status }) => status === 'unknown')).toHaveLength(1)
  })

  test('ends with the reason of its signal', async () => {
    const { options } = await connect({ faults: ['timeout=path:/oauth2'] })
    const controller = new AbortController()
    const run = async () => {
      for await (const { check } of diagnose({ ...options, signal: controller.signal })) {
        if (check === 'clock') controller.abort(new Error('enough'))
      }
    }
    await expect(run()).rejects.toThrow('enough')
  })

  test('shows neither key nor token, whatever it finds', async () => {
    const { options, running } = await connect({ faults: ['scope-not-granted'] })
    const text = JSON.stringify(await collect(options))
    expect(text).not.toContain(String(running.app.key['d']))
    expect(text).not.toMatch(/eyJ/)
  })
})

describe('a diagnosis of a connection that names no scopes', () => {
  test('is about those that the app was granted', async () => {
    const scopes = ['okta.groups.read', 'okta.users.read']
    const { options } = await connect({ scopes })
    const findings = await collect(unnamed(options))
    expect(findings.filter(({ status }) => status !== 'ok').map(({ code }) => code)).toEqual([
      'org_url_dev_mode',
      'scopes_left_blank',
      'scopes_found',
    ])
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'granted-scopes', details: { scopes } }),
    )
  })

  test('names those of what it is for that are not granted', async () => {
    const { options } = await connect({ scopes: ['okta.users.read'] })
    const wants = ['okta.users.read', 'okta.logs.read']
    const problems = (await collect(unnamed({ ...options, wants }))).filter(isProblem)
    expect(problems).toMatchObject([
      { code: 'scope_not_granted', details: { scopes: ['okta.logs.read'] } },
    ])
  })

  test.each([
    [undefined, 'scope_none_granted', undefined],
    [['okta.users.read'], 'scope_not_granted', ['okta.users.read']],
  ])('for %j ends with %s where none is granted', async (wants, code, scopes) => {
    const { options } = await connect({ faults: ['no-scope-granted'] })
    const given = wants === undefined ? options : { ...options, wants }
    const [problem, ...others] = (await collect(unnamed(given))).filter(isProblem)
    expect([problem?.check, problem?.code, problem?.details['scopes']]).toEqual([
      ...['token', code, scopes],
    ])
    expect(others).toEqual([])
  })

  test('is told to name them where the org does not say which it has', async () => {
    const fault = 'unavailable=path:/.well-known/oauth-authorization-server'
    const { options } = await connect({ faults: [fault] })
    const problems = (await collect(unnamed(options))).filter(isProblem)
    expect(problems).toMatchObject([{ check: 'token', code: 'scope_list_missing' }])
  })

  test('names what is wrong with the key, and not the scopes', async () => {
    const { options } = await connect({ faults: ['key-replaced'] })
    const problems = (await collect(unnamed(options))).filter(isProblem)
    expect(problems).toMatchObject([{ check: 'token', code: 'key_mismatch' }])
  })
})

/** The same connection without its scopes. */
function unnamed(options: DiagnoseOptions): DiagnoseOptions {
  const { scopes: _named, ...connection } = options.connection
  return { ...options, connection }
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** A connection of the ready service app, and what is sent over it. */
async function connect(start: Parameters<typeof emulatedOrg>[0] = {}) {
  const { running } = await emulatedOrg({ users: 3, keyType: 'EC', ...start })
  const { url: orgUrl, app } = running
  const key = new Secret(JSON.stringify(app.key))
  const connection = { orgUrl, clientId: app.clientId, key, scopes: app.scopes.join(' ') }
  const sent: Sent[] = []
  const options: DiagnoseOptions = {
    connection,
    dev: true,
    transport: (request) => {
      const { method, url, body } = request
      sent.push({ method, path: new URL(url).pathname, body })
      return fetchTransport(request)
    },
  }
  return { running, options, sent }
}

async function collect(options: DiagnoseOptions): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of diagnose(options)) findings.push(finding)
  return findings
}
