/** @module Marked secrets in a store that is filled and used through the API: found nowhere that anybody can look (S12, S5, S6). */

import { createHash, createPrivateKey } from 'node:crypto'
import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askAll } from '../packages/postern/src/cli/support/answers.ts'
import { makeBundle } from '../packages/postern/src/cli/support/bundle.ts'
import { Api, type Route } from '../packages/postern/src/server/api.ts'
import { addRoutes } from '../packages/postern/src/server/routes.ts'
import { writeBackup } from '../packages/postern/src/store/backup.ts'
import { openSeal, type Seal, type SecretKind } from '../packages/postern/src/store/seal.ts'
import { readSecret } from '../packages/postern/src/store/secrets.ts'
import type { Store } from '../packages/postern/src/store/store.ts'
import {
  type Answer,
  type SendOptions,
  type ServedApp,
  serveApp,
} from '../packages/postern/test/server/served-app.ts'
import { canaries, canaryJwk, leaksIn, leaksInBytes } from './canary.ts'
import { stores, type TestStore } from './stores.ts'
import { testKeyLine, testKeySource } from './test-seal.ts'

const jwk = canaryJwk()
const pem = createPrivateKey({ key: jwk, format: 'jwk' }).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: canaries.passphrase,
})
// Kept in clear on purpose, so that each place is known to be searched.
const PLANTED = 'Wc5kQ2nJ8vB4mX7rT1yH6gL9sZ3dFpA0'

const declared = new Api()
addRoutes(declared)
// What answers for as long as somebody watches says times, and nothing else (packages/postern/test/server/changes.test.ts).
const routes = declared.routes
  .map(({ route }) => route)
  .filter(({ operationId }) => operationId !== 'watchChanges')

/** What each call is told, where it takes something that works. The others are called with nothing. */
const bodies: Readonly<Record<string, object>> = {
  addAccessKey: { name: 'ci', rules: [{ connections: ['*'], verbs: ['read'] }] },
  allowDomain: { host: 'login.acme.com' },
  inspectKey: { key: pem, passphrase: canaries.passphrase },
  sendRequest: { path: '/api/v1/users?limit=1' },
  updateConnection: { jwtExpirySeconds: 200 },
  rotateKey: { adminToken: canaries.apiToken },
  addSink: {
    ...{ name: 'x', kind: 'http', force: true, settings: { url: 'https://hooks.acme.com/okta' } },
    secrets: { signingSecret: canaries.nonce },
  },
  updateSink: { secrets: { signingSecret: canaries.passphrase }, force: true },
  addFeed: { name: 'x', connection: 'acme', input: 'users', sinks: ['x', 'store'] },
}
// The answer is a secret that was made for the one who asks.
const handOuts =
  /^\/v1\/(?:access-keys(?:\/\w+\/rotate)?|connections\/\w+\/(?:token|proof)|connect-sessions|connect\/open)$/
const boundless = { burst: 1_000_000, perSecond: 1_000_000 }
const limits = {
  requests: boundless,
  people: boundless,
  failures: boundless,
  refusals: boundless,
  concurrent: 1_000_000,
}

describe.each(stores)('no mark of what is kept on $name shows', ({ name, open }) => {
  let kept: TestStore
  let org: RunningOrg
  const keyText = testKeyLine(1)
  const source = { K: keyText }
  const marks: Record<string, string> = { ...canaries, masterKey: keyText.split(':')[2] ?? '' }
  beforeAll(async () => {
    kept = await open()
    org = await startOrg({ keyType: 'EC', users: 2 })
    await registerCanaries(org)
  })
  afterAll(async () => {
    await org.close()
    await kept.close()
  })

  test('in an answer of any route, the metrics among them, in the log, in a table, or in a backup', {
    timeout: 120_000,
  }, async () => {
    const seal = await openSeal(kept.store, { source: testKeySource(source) })
    const app = await serveApp({ store: kept.store, services: { seal }, app: { limits } })
    const answers = new Walk(app, { orgUrl: org.url, marks })
    await answers.send('POST', '/v1/connections', { body: acme(org) })
    await answers.send('POST', '/v1/connections', { body: legacy(org) })
    expect(answers.statuses).toEqual([201, 201])
    for (const refused of refusedBodies(org)) {
      const { status } = await answers.send('POST', '/v1/connections', { body: refused })
      expect(status).toBeGreaterThanOrEqual(400)
    }
    await answers.openSession(acme(org))
    const made = { name: 'made', orgUrl: org.url, scopes: ['okta.users.read'] }
    const body = { ...made, adminToken: canaries.apiToken }
    expect((await answers.send('POST', '/v1/setup/apply', { body })).status).toBeLessThan(300)
    source.K = `${keyText} ${testKeyLine(2)}`
    const walk = async (walked: readonly Route[]) => {
      for (const connection of ['acme', 'legacy', 'nowhere']) {
        for (const route of walked) {
          // The others are the same for each of them.
          if (connection === 'acme' || route.path.includes('{name}')) {
            await answers.call(route, connection)
          }
        }
      }
      await app.services.auditBatch.flush()
      await app.services.accessKeys.flush()
      return kept.dump()
    }
    const full = await walk(routes.filter(({ method }) => method !== 'delete'))
    Object.assign(marks, await keptPrivateNumbers(kept.store, seal))
    expect(Object.keys(keptOf(marks)).length).toBeGreaterThan(2)
    const backup = await backUp(kept)
    await expectCleanBundle(app, { marks, dataDir: kept.place.dataDir })
    const dump = full + (await walk(routes.filter(({ method }) => method === 'delete')))
    expect(answers.leaks).toEqual([])
    expect(leaksIn(answers.texts, { ...canaries, ...keptOf(marks) })).toEqual([])
    expect(answers.isPlantedSeen).toBe(true)
    expect(answers.handedOut.length).toBeGreaterThan(2)

    expect(app.logged.length).toBeGreaterThan(5)
    expect(leaksIn(JSON.stringify(app.logged), marks)).toEqual([])
    expect(dump).toContain('token.hand-out')
    expect(full).toContain('hooks.acme.com')
    expect(full).toMatch(/-- connect_session\n.*"status":"open".*"draft":\{.*"kid"/)
    expect(leaksIn(dump, marks)).toEqual([])
    expect(leaksIn(dump, { PLANTED })).toEqual(['PLANTED'])
    expect(leaksIn(backup, marks)).toEqual([])
    expect(leaksIn(backup, { PLANTED })).toEqual(['PLANTED'])
    await expectNoUsableKey(app, answers.handedOut)
    await expectNoUsableSession(app)
  })

  test('in the files of the data directory, the log of the database among them', async () => {
    await kept.store.close()
    const files = filesBelow(kept.place.dataDir)
    if (name === 'PGlite') {
      expect(files.some((file) => file.includes('pg_wal'))).toBe(true)
      const planted = files.filter(
        (file) => leaksInBytes(readFileSync(file), { PLANTED }).length > 0,
      )
      expect(planted.length).toBeGreaterThan(1)
    }
    expect(files.flatMap((file) => leaksInBytes(readFileSync(file), marks))).toEqual([])
  })
})

/** Calls routes and looks at each answer; what one hands out is looked for in all that follow. */
class Walk {
  readonly #app: ServedApp
  readonly #orgUrl: string
  readonly #marks: Record<string, string>
  readonly statuses: number[] = []
  readonly leaks: string[] = []
  readonly handedOut: string[] = []
  /** Of a Connect session that is open. */
  #sessionToken = ''
  #sessionBodies: Readonly<Record<string, object>> = {}
  /** All that was answered. */
  texts = ''

  /** @param options.marks - gets those that are handed out. */
  constructor(
    app: ServedApp,
    { orgUrl, marks }: { readonly orgUrl: string; readonly marks: Record<string, string> },
  ) {
    this.#app = app
    this.#orgUrl = orgUrl
    this.#marks = marks
  }

  /** Whether what is no secret was seen. */
  get isPlantedSeen(): boolean {
    return leaksIn(this.texts, { PLANTED }).length > 0
  }

  async send(method: string, url: string, options?: SendOptions): Promise<Answer> {
    const answer = await this.#app.send(method, url, options)
    const isHandOut = method === 'POST' && handOuts.test(url)
    this.statuses.push(answer.status)
    const shown = `${answer.text} ${JSON.stringify([...answer.headers])}`
    this.texts += shown
    for (const kind of leaksIn(shown, this.#marks)) {
      if (!isHandOut || !kind.startsWith('/')) this.leaks.push(`${method} ${url}: ${kind}`)
    }
    if (isHandOut) this.#note(url, answer)
    return answer
  }

  /** Opens a Connect session, in which values are tried that do not work: what is secret of them stays sealed. */
  async openSession(values: object): Promise<void> {
    const session = { name: 'invited', description: PLANTED }
    const { json } = await this.send('POST', '/v1/connect-sessions', { body: session })
    const link = new URL(String(json?.['url'])).hash.slice(1)
    const opened = await this.send('POST', '/v1/connect/open', { key: null, body: { link } })
    this.#sessionToken = String(opened.json?.['token'])
    const { name: _name, description: _text, ...members } = { name: '', description: '', ...values }
    const orgUrl = this.#orgUrl
    this.#sessionBodies = {
      tryConnection: { ...members, clientId: '0oaWRONG000000000000' },
      lookAtConnectOrg: { orgUrl },
      guideConnection: { orgUrl },
      checkConnectionStep: { step: 'client-id', clientId: '0oaWRONG000000000000' },
    }
  }

  /** Calls a route as it is meant, without an access key, and with secrets where they do not belong. */
  async call(route: Route, connection: string) {
    const { method, path: template, operationId, body, access } = route
    const named = template.replace('{name}', connection).replace('{path}', 'api/v1/users')
    const url = named.replaceAll(/\{\w+\}/g, 'x')
    const verb = method.toUpperCase()
    const proof = { method: 'GET', url: `${this.#orgUrl}/api/v1/users` }
    const isSession = access === 'connect-session'
    const known = isSession ? this.#sessionBodies[operationId] : bodies[operationId]
    const works = operationId === 'getProof' ? proof : (known ?? {})
    const key = isSession ? { key: this.#sessionToken } : {}
    const given = body === undefined ? key : { ...key, body: works }
    await this.send(verb, url, { ...given, key: null })
    await this.send(verb, url, given)
    await this.send(verb, url, { ...given, headers: { accept: 'application/jsonl' } })
    if (body === undefined) return
    await this.send(verb, url, { ...key, body: `{"key":"${canaries.privateKey}` })
    const misplaced = { ...works, key: jwk, apiToken: [canaries.apiToken] }
    await this.send(verb, url, { ...key, body: misplaced })
  }

  #note(url: string, { json }: Answer): void {
    const { accessToken = '', text = '', token = '', url: link = '' } = json ?? {}
    const handed = `${accessToken}${text}${token}${link}`
    // Of an access key or a session the id is no secret; of a JWT, the signature is what makes it one.
    const [, secret] = /^(?:(?:postern|connect)_\w{16}_|.*\.)(.+)$/.exec(handed) ?? []
    if (secret === undefined) return
    this.handedOut.push(secret)
    this.#marks[`${url} ${this.handedOut.length}`] = secret
  }
}

function acme(org: RunningOrg) {
  return {
    name: 'acme',
    description: PLANTED,
    orgUrl: org.url,
    clientId: org.app.clientId,
    key: pem,
    keyId: jwk['kid'],
    passphrase: canaries.passphrase,
    scopes: org.app.scopes,
    headers: { 'x-tenant': canaries.nonce },
  }
}

function legacy(org: RunningOrg) {
  return { name: 'legacy', orgUrl: org.url, apiToken: canaries.apiToken }
}

/** Connections that come to nothing, with a secret in each place where somebody may paste it. */
function refusedBodies(org: RunningOrg): readonly object[] {
  const text = JSON.stringify(jwk)
  const good = { ...acme(org), name: 'refused' }
  const misplaced = ['name', 'orgUrl', 'clientId', 'scopes', 'jwtAlg', 'jwtAudience', 'tokenUrl']
  return [
    ...misplaced.map((member) => ({ ...good, [member]: text })),
    ...misplaced.map((member) => ({ ...good, [member]: canaries.apiToken })),
    { ...good, key: text.slice(0, -9) },
    { ...good, key: canaries.privateKey },
    { ...good, passphrase: canaries.apiToken },
    { ...good, headers: { authorization: canaries.nonce } },
    { ...good, headers: { 'x-tenant': `${canaries.nonce}\r\n` } },
    { ...legacy(org), name: 'refused', apiToken: canaries.passphrase },
    { ...legacy(org), name: 'refused', orgUrl: 'https://acme.okta.com.example.net' },
  ]
}

/** The service app gets the marked key, and a person the marked API token. */
async function registerCanaries({ org, url, app, adminToken }: RunningOrg): Promise<void> {
  const { d: _private, ...publicJwk } = jwk
  const answer = await fetch(`${url}/api/v1/apps/${app.clientId}/credentials/jwks`, {
    method: 'POST',
    headers: { authorization: `SSWS ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...publicJwk, alg: 'ES256', use: 'sig', status: 'ACTIVE' }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  const [token] = [...org.apiTokens]
  if (token !== undefined)
    org.apiTokens.put({ ...token, id: '00Tcanary', value: canaries.apiToken })
}

/** What `postern support` would write, with names and without; and the scan of it finds what does not belong there. */
async function expectCleanBundle(
  { send }: ServedApp,
  { marks, dataDir }: { readonly marks: Record<string, string>; readonly dataDir: string },
) {
  const answers = await askAll({
    call: async <Value>(method: string, url: string) => (await send(method, url)).json as Value,
    send: async ({ method, path: url }) => {
      const { status, text } = await send(method, url)
      return { status, headers: {}, body: new Blob([text]).stream() }
    },
  })
  const sources = { version: '0', now: new Date(0), through: 'store', dataDir } as const
  const log = path.join(mkdtempSync(path.join(tmpdir(), 'postern-test-')), 'log')
  const line = { level: 'warn', msg: canaries.apiToken, err: { name: 'E', message: pem }, key: jwk }
  writeFileSync(log, `${JSON.stringify(line)}\nkey=${canaries.privateKey}\n`)
  for (const withNames of [false, true]) {
    const bundle = JSON.stringify(await makeBundle({ ...sources, answers, log, withNames }))
    expect(bundle).toContain('"connections":[{"name":')
    expect(bundle.includes('"name":"acme"')).toBe(withNames)
    expect(leaksIn(bundle, { ...marks, PLANTED })).toEqual([])
    // A secret that looks like none, where a message belongs.
    const problem = { problem: { code: 'x', message: `It was ${canaries.passphrase}.` } }
    const leaking = { ...answers, feeds: problem }
    const leak = JSON.stringify(await makeBundle({ ...sources, answers: leaking, withNames }))
    expect(leaksIn(leak, canaries)).toEqual(['passphrase'])
  }
  rmSync(path.dirname(log), { recursive: true })
}

/** What is kept of an access key lets nobody in. */
async function expectNoUsableKey({ send, services }: ServedApp, secrets: readonly string[]) {
  const rows = await services.store.db.selectFrom('access_key').selectAll().execute()
  expect(rows.length).toBeGreaterThan(0)
  for (const { id, secret_hash: hash } of rows) {
    const kept = Buffer.from(hash)
    const known = secrets.map((secret) => createHash('sha256').update(secret).digest('hex'))
    expect(known).toContain(kept.toString('hex'))
    for (const text of [
      kept.toString('base64url'),
      kept.toString('hex'),
      kept.toString('base64'),
    ]) {
      const key = `postern_${id}_${text}`
      expect((await send('GET', '/v1/status', { key })).status).toBe(401)
    }
  }
}

/** Nor does what is kept of a Connect session. */
async function expectNoUsableSession({ send, services }: ServedApp) {
  const rows = await services.store.db.selectFrom('connect_session').selectAll().execute()
  expect(rows.length).toBeGreaterThan(0)
  for (const { id, link_hash: ofLink, token_hash: ofToken } of rows) {
    for (const hash of [ofLink, ofToken ?? ofLink].map((bytes) => Buffer.from(bytes))) {
      const text = hash.toString('base64url')
      const key = `connect_${id}_${text}`
      expect((await send('GET', '/v1/connect/session', { key })).status).toBe(401)
      const body = { link: `${id}.${text}` }
      expect((await send('POST', '/v1/connect/open', { key: null, body })).status).toBe(401)
    }
  }
}

/** Marks that were not known from the beginning. */
function keptOf(marks: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(marks).filter(([kind]) => kind.startsWith('kept ')))
}

/** The private numbers of all keys, those among them that were made here. */
async function keptPrivateNumbers(store: Store, seal: Seal): Promise<Record<string, string>> {
  const rows = await store.db.selectFrom('secret').selectAll().execute()
  const numbers: Record<string, string> = {}
  for (const { connection_id: connectionId, kind, label } of rows) {
    const secret = await readSecret(store, seal, {
      connectionId,
      kind: kind as SecretKind,
      label,
    })
    const [, d] = /"d":"([\w-]+)"/.exec(secret?.reveal() ?? '') ?? []
    if (d !== undefined) numbers[`kept ${connectionId} ${label}`] = d
  }
  return numbers
}

/** The content of a backup. */
async function backUp({ store, place }: TestStore): Promise<string> {
  const file = path.join(place.dataDir, 'backup')
  await writeBackup(store, createWriteStream(file), { by: { actor: 'local' } })
  return gunzipSync(readFileSync(file)).toString('utf8')
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}
