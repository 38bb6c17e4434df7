import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Credential, importKey, type OrgUrl, parseOrgUrl, Secret } from '@postern/core'
import {
  type AssumptionName,
  type Assumptions,
  assumptions,
  type RunningOrg,
  type StartOptions,
  startOrg,
} from '@postern/emulator'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { type Comparison, compareOrg } from '../../src/cli/commands/emulator-compare/comparison.ts'
import { notProbed, probes } from '../../src/cli/commands/emulator-compare/registry.ts'
import { Subject } from '../../src/cli/commands/emulator-compare/subject.ts'
import { createTransport } from '../../src/http/transport.ts'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)

const scopes = ['users', 'groups', 'apps', 'logs', 'policies', 'roles'].map(
  (what) => `okta.${what}.read`,
)

/** An org in which there is something to see for every probe, unless the options say otherwise. */
async function preparedOrg(options: StartOptions = {}) {
  const clock = new TestClock()
  const running = await startOrg({
    ...{ users: 20, edition: 'unlimited', role: 'SUPER_ADMIN', keyType: 'EC', scopes, clock },
    ...options,
  })
  onTestFinished(running.close)
  const call = callerOf(running)
  // An inactive key, an administrator without targets, and somebody who left a group by being deprovisioned.
  const keys = `/api/v1/apps/${running.app.clientId}/credentials/jwks`
  const { d: _d, ...publicJwk } = running.app.key
  const added = await call('POST', keys, { ...publicJwk, kid: 'second', status: 'INACTIVE' })
  await call('POST', `${keys}/${added['id']}/lifecycle/deactivate`).catch(() => undefined)
  const user = await call('POST', '/api/v1/users?activate=true', {
    profile: { firstName: 'Gone', lastName: 'Person', email: 'g@x.example', login: 'g@x.example' },
  })
  const admin = await call('POST', '/api/v1/users?activate=true', {
    profile: { firstName: 'Adm', lastName: 'Person', email: 'a@x.example', login: 'a@x.example' },
  })
  await call('POST', `/api/v1/users/${admin['id']}/roles`, { type: 'READ_ONLY_ADMIN' })
  const group = await call('POST', '/api/v1/groups', { profile: { name: 'Left behind' } })
  await call('PUT', `/api/v1/groups/${group['id']}/users/${user['id']}`)
  await call('POST', `/api/v1/users/${user['id']}/lifecycle/deactivate`)
  clock.advance(600_000)
  return { running, clock }
}

function callerOf({ url, adminToken }: RunningOrg) {
  return async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `SSWS ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }
}

async function serviceAppOf({ app }: RunningOrg): Promise<Credential> {
  const key = await importKey(JSON.stringify(app.key))
  return { kind: 'service-app', clientId: app.clientId, key, scopes: [...app.scopes] }
}

function subjectAt(url: string, credential: Credential, clock = new TestClock()): Subject {
  const org: OrgUrl = parseOrgUrl(url, { dev: true }).org
  return new Subject({
    ...{ url, credential, clock, signal: new AbortController().signal },
    transport: createTransport({ loopbackOrigins: new Set([org]) }),
  })
}

/** What comparing an org with the emulator's defaults gives. */
async function compareWith(options: StartOptions): Promise<readonly Comparison[]> {
  const { running, clock } = await preparedOrg(options)
  const found = await compareOrg(subjectAt(running.url, await serviceAppOf(running), clock))
  expect(running.unexpected).toEqual([])
  return found
}

const named = (found: readonly Comparison[], verdict: Comparison['verdict']) =>
  found.filter((one) => one.verdict === verdict).map(({ assumption }) => assumption)

/** Numbers that an org could have in the place of the default. */
const otherNumbers: Readonly<Partial<Record<AssumptionName, number>>> = {
  clockLeniencySeconds: 60,
  groupsDefaultLimit: 500,
  logLagMs: 5_000,
  scopeMaxCharacters: 4_096,
}

/** Every answer but the default to every question that has a probe. */
const otherAnswers = probes.flatMap(({ assumption }): [AssumptionName, string | number][] => {
  const known = assumptions[assumption]
  if ('choices' in known) return known.choices.slice(1).map((other) => [assumption, other])
  return [[assumption, otherNumbers[assumption] ?? Number.NaN]]
})

describe('postern emulator compare', () => {
  test('has a probe for every assumption, or the reason why there is none', () => {
    const probed = probes.map(({ assumption }) => assumption)
    const explained = Object.keys(notProbed)
    expect([...probed, ...explained].sort()).toEqual(Object.keys(assumptions).sort())
  })

  test('finds no difference between two emulators that assume the same', async () => {
    const found = await compareWith({})
    expect(named(found, 'differs')).toEqual([])
    expect(named(found, 'unclear')).toEqual([])
    expect(named(found, 'not-applicable')).toEqual(['listsWithoutRole'])
    const withoutRole = await compareWith({ role: 'none' })
    expect(named(withoutRole, 'differs')).toEqual([])
    expect(named(withoutRole, 'unclear')).toEqual([])
    expect(named(withoutRole, 'agrees')).toContain('listsWithoutRole')
  })

  test.each(otherAnswers)('sees that %s is %s, and no other difference', async (name, other) => {
    const given = { [name]: other } as Partial<Assumptions>
    const role = name === 'listsWithoutRole' ? 'none' : 'SUPER_ADMIN'
    const found = await compareWith({ assumptions: given, role })
    expect(named(found, 'differs')).toEqual([name])
    expect(named(found, 'unclear')).toEqual([])
    const org = found.find(({ assumption }) => assumption === name)?.org ?? ''
    const [atLeast = Number.NaN, below = atLeast + 1] = org.split(' to ').map(Number)
    if (typeof other === 'number') expect(atLeast <= other && other < below).toBe(true)
    else expect(org).toBe(other)
  })

  test('asks an app that requires DPoP, too', async () => {
    const found = await compareWith({ dpopRequired: true })
    expect(named(found, 'differs')).toEqual([])
    expect(named(found, 'unclear')).toEqual([])
    expect(named(found, 'not-applicable')).toEqual(['proofWithoutNeed', 'listsWithoutRole'])
  })

  test('asks with an API token what a token can ask', async () => {
    const { running, clock } = await preparedOrg()
    const apiToken = new Secret(running.adminToken)
    const found = await compareOrg(subjectAt(running.url, { kind: 'api-token', apiToken }, clock))
    expect(named(found, 'differs')).toEqual([])
    expect(named(found, 'unclear')).toEqual([])
    expect(named(found, 'agrees')).toContain('standardRoleIds')
    const notAsked = found.find(({ assumption }) => assumption === 'jtiRetention')
    expect(notAsked).toMatchObject({
      verdict: 'not-applicable',
      why: 'Only a service app can ask this.',
    })
  })

  test('changes nothing in the org', async () => {
    const { running, clock } = await preparedOrg()
    const before = running.org.ledger.size
    await compareOrg(subjectAt(running.url, await serviceAppOf(running), clock))
    const changes = running.org.ledger.read(before).filter(({ kind }) => kind === 'change')
    expect(changes).toEqual([])
  })

  test('says which scope the connection lacks', async () => {
    const found = await compareWith({ scopes: ['okta.users.read'] })
    const policies = found.find(({ assumption }) => assumption === 'policiesWithoutType')
    expect(policies).toMatchObject({
      verdict: 'not-applicable',
      why: 'The connection has no okta.policies.read.',
    })
  })

  test('calls an answer that nobody expected unclear, and says what it was', async () => {
    const server = await startScriptedServer(() => ({
      status: 418,
      body: { errorCode: 'E0000999' },
    }))
    onTestFinished(server.close)
    const apiToken = new Secret(`00${'TestToken0'.repeat(4)}`)
    const found = await compareOrg(subjectAt(server.orgUrl, { kind: 'api-token', apiToken }))
    expect(found.find(({ assumption }) => assumption === 'userEmails')).toMatchObject({
      verdict: 'unclear',
      why: '418 E0000999 is no known answer.',
      seen: ['418 E0000999 object'],
    })
  })

  test('says back nothing that an org puts where codes and headers are', async () => {
    const server = await startScriptedServer(({ headers }) => ({
      status: 403,
      body: { errorCode: 'jane@acme.example', error: String(headers.authorization), acmeMember: 1 },
      headers: { 'x-acme-proxy': 'edge-7', 'www-authenticate': 'Bearer error="Acme Corp"' },
    }))
    onTestFinished(server.close)
    const apiToken = new Secret(`00${'TestToken0'.repeat(4)}`)
    const found = await compareOrg(subjectAt(server.orgUrl, { kind: 'api-token', apiToken }))
    expect(JSON.stringify(found)).not.toMatch(/jane|acme|edge-7|TestToken/i)
  })

  test('ends with what is wrong where the org does not take the credential', async () => {
    const { running, clock } = await preparedOrg()
    running.faults.on('api-token-revoked')
    const apiToken = new Secret(running.adminToken)
    const asked = compareOrg(subjectAt(running.url, { kind: 'api-token', apiToken }, clock))
    await expect(asked).rejects.toMatchObject({ code: 'api_token_refused' })
  })
})

/** Everything that names this org or somebody in it, or lets somebody in. */
function namesIn({ org, app, url, adminToken }: RunningOrg): readonly string[] {
  const users = [...org.users].flatMap(({ id, profile }) => [id, ...Object.values(profile)])
  const groups = [...org.groups].flatMap(({ id, profile }) => [id, profile['name']])
  const apps = [...org.apps].flatMap(({ id, label }) => [id, label])
  const all = [...users, ...groups, ...apps, ...Object.values(app.key), adminToken, url]
  const texts = all.filter((one) => typeof one === 'string')
  // A short word is in any text, and some are in the questions themselves.
  const questions = JSON.stringify([assumptions, probes, notProbed])
  return [...new Set([...texts, new URL(url).host])].filter(
    (text) => text.length > 4 && !questions.includes(text),
  )
}

describe('the command postern emulator compare', () => {
  test('prints and saves a report that has nothing of the org in it', async () => {
    const running = await startOrg({ users: 30, edition: 'unlimited', scopes, keyType: 'EC' })
    onTestFinished(running.close)
    writeFileSync(place.path('app.jwk'), JSON.stringify(running.app.key))
    const { clientId } = running.app
    const connection = ['--org', running.url, '--client-id', clientId, '--key', 'app.jwk']
    const asked = ['emulator', 'compare', ...connection, '--scopes', scopes.join(',')]
    const { code, stdout, stderr } = await place.run([...asked, '--out', 'report.json'])
    expect({ code, stderr: stderr.includes('error') }).toEqual({ code: 0, stderr: false })
    const saved = readFileSync(place.path('report.json'), 'utf8')
    const { comparisons } = JSON.parse(saved) as { comparisons: readonly Comparison[] }
    expect(comparisons.length).toBe(Object.keys(assumptions).length)
    expect(comparisons.filter(({ verdict }) => verdict === 'differs')).toEqual([])
    expect(stdout).toContain('The org does what the emulator does')
    const shown = saved + stdout + stderr
    expect(namesIn(running).filter((text) => shown.includes(text))).toEqual([])
  }, 60_000)

  test('prints the report as JSON, and asks before it has a place for it', async () => {
    writeFileSync(place.path('there.json'), 'kept')
    const running = await startOrg({ edition: 'unlimited' })
    onTestFinished(running.close)
    const env = { OKTA_CLIENT_ORGURL: running.url, OKTA_CLIENT_TOKEN: running.adminToken }
    const asked = ['emulator', 'compare', '--from-env', '--output', 'json']
    const refused = await place.run([...asked, '--out', 'there.json'], { env })
    expect(refused.code).toBe(2)
    expect(JSON.parse(refused.stderr.slice(refused.stderr.indexOf('{'))).error.code).toBe(
      'usage_invalid',
    )
    expect(readFileSync(place.path('there.json'), 'utf8')).toBe('kept')
    const { code, stdout } = await place.run(asked, { env })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      report: 'postern emulator compare',
      signedInWith: 'api-token',
    })
  }, 60_000)

  test('says that the credential is refused, and leaves no file', async () => {
    const running = await startOrg({ edition: 'unlimited' })
    onTestFinished(running.close)
    const env = {
      OKTA_CLIENT_ORGURL: running.url,
      OKTA_CLIENT_TOKEN: `00${'TestToken0'.repeat(4)}`,
    }
    const asked = ['emulator', 'compare', '--from-env', '--out', 'none.json']
    const { code, stderr } = await place.run(asked, { env })
    expect(code).toBe(4)
    expect(stderr).toContain('api_token_refused')
    expect(existsSync(place.path('none.json'))).toBe(false)
  })
})
