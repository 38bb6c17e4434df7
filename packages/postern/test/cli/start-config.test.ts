/** @module `postern start --config`: what the file says is there as soon as the server runs. */

import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { startOrg } from '@postern/emulator'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { createPlace } from './run.ts'
import { startPostern } from './started-postern.ts'

const place = createPlace()
afterAll(place.remove)

// Five processes that open a store.
const TIMEOUT_MS = 90_000

test(
  'connects what the file declares, changes nothing at the next start, and prints no secret',
  async () => {
    const org = await startOrg({ users: 2, keyType: 'EC' })
    onTestFinished(org.close)
    writeFileSync(
      place.path('postern.yaml'),
      `connections:
  acme: { orgUrl: "${org.url}", clientId: ${org.app.clientId}, description: the directory, secrets: { key: file:acme.jwk } }
  broken: { orgUrl: "${org.url}", clientId: ${org.app.clientId}, secrets: { key: env:NOT_SET } }
accessKeys:
  siem: { rules: [{ connections: [acme], verbs: [read] }] }
`,
    )
    writeFileSync(place.path('acme.jwk'), JSON.stringify(org.app.key), { mode: 0o600 })
    const data = place.path('data')
    const args = ['start', '--port', '0', '--dev', '--data', data, '--config', 'postern.yaml']
    const interruptAfter = 'The configuration is applied.'
    const first = await place.run(args, { interruptAfter })
    expect(first.code).toBe(0)
    expect(first.stderr).toMatch(/"kind":"connection","name":"acme","outcome":"added"/)
    expect(first.stderr).toMatch(/"name":"broken","outcome":"refused".*"code":"env_not_set"/)
    expect(first.stderr).toMatch(/"name":"siem","outcome":"refused".*"code":"access_key_unseen"/)
    const second = await place.run(args, { interruptAfter })
    expect(second.stderr).toMatch(/"unchanged":1,"refused":2/)
    expect(second.stderr).not.toContain('otherwise')
    // Somebody changes what the file names, and adds what it does not name.
    const change = ['connections', 'update', 'acme', '--description', 'by hand', '--data', data]
    expect((await place.run(change)).code).toBe(0)
    expect((await place.run(['domains', 'allow', 'login.acme.com', '--data', data])).code).toBe(0)
    const third = await place.run(args, { interruptAfter })
    const lines = third.stderr.split('\n').filter((line) => line.startsWith('{'))
    const told = lines.map((line) => JSON.parse(line))
    const drift = told.findIndex(
      ({ msg }) => msg === 'It is otherwise than the configuration says.',
    )
    expect(told[drift]).toMatchObject({
      ...{ level: 'warn', kind: 'connection', name: 'acme', member: 'description' },
      ...{ file: 'the directory', store: 'by hand', changedBy: 'local' },
    })
    expect(told).toContainEqual(
      expect.objectContaining({ undeclared: ['domain login.acme.com'], level: 'info' }),
    )
    expect(told.findIndex(({ outcome }) => outcome === 'changed')).toBeGreaterThan(drift)
    for (const { stdout, stderr } of [first, second, third]) {
      expect(stdout + stderr).not.toContain(String(org.app.key['d']))
      expect(stdout + stderr).not.toMatch(/postern_[0-9a-f]{16}_/)
    }
  },
  TIMEOUT_MS,
)

test(
  'makes an access key with approve, which can give it from then on, and the command line cannot',
  async () => {
    const id = randomBytes(8).toString('hex')
    const key = `postern_${id}_${randomBytes(32).toString('base64url')}`
    writeFileSync(
      place.path('approver.yaml'),
      `accessKeys:
  approver: { rules: [{ connections: ["*"], verbs: [admin, approve] }], key: env:APPROVER_KEY }
`,
    )
    const data = place.path('approver')
    const args = ['--data', data, '--config', place.path('approver.yaml')]
    const { printed } = await startPostern(place, args, { APPROVER_KEY: key })
    const give = () =>
      fetch(`${printed.url}/v1/access-keys`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          name: 'other',
          rules: [{ connections: ['*'], verbs: ['approve'] }],
        }),
      })
    // The file is applied once the server runs.
    await vi.waitFor(async () => expect((await give()).status).toBe(201), { timeout: 10_000 })
    const typed = await place.run(['access', 'add', 'x', '--allow', '*:approve', '--data', data])
    expect([typed.code, typed.stderr]).toEqual([5, expect.stringContaining('access_denied')])
  },
  TIMEOUT_MS,
)

test('refuses a file that cannot be used before it makes anything', async () => {
  writeFileSync(place.path('wrong.yaml'), 'connections: { acme: { orgUrl: acme } }')
  const data = place.path('nothing')
  const args = ['start', '--port', '0', '--data', data, '--config', 'wrong.yaml']
  const { code, stderr } = await place.run(args)
  expect([code, stderr]).toEqual([1, expect.stringContaining('connections.acme.secrets')])
  expect(existsSync(data)).toBe(false)
})
