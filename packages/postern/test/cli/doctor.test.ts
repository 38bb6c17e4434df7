import { writeFileSync } from 'node:fs'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { createPlace, type RunResult } from './run.ts'

const place = createPlace()
afterAll(() => place.remove())

describe('postern doctor', () => {
  test('says what is wrong with a broken credential, what to click, and where each value came from', async () => {
    const org = await start({ faults: ['key-replaced'] })
    const { code, stdout, stderr } = await place.run(['doctor', '--from-env'], { env: envOf(org) })
    expect(code).toBe(3)
    expect(stderr).toContain('from OKTA_CLIENT_PRIVATEKEY')
    expect(stdout).toMatch(/^✓ org-url {8}The org is http:/)
    expect(stdout).toMatch(
      /^✗ token {10}The kid is that of another key pair\. .* \(key_mismatch\)$/m,
    )
    expect(stdout).toMatch(/^ {13}fix Use the private key whose public half is registered/m)
    expect(stdout).toMatch(/^– not yet {8}granted-scopes, /m)
    expect(stderr).toMatch(/^1 problem\.$/m)
  })

  test('finds nothing wrong with a healthy service app', async () => {
    const org = await start()
    const { code, stdout, stderr } = await place.run(['doctor', ...flagsOf(org)])
    expect({ code, signs: signsOf(stdout) }).toEqual({ code: 0, signs: new Set(['✓', '·']) })
    expect(stderr).toContain('No problem was found.')
  })

  test('looks at an API token', async () => {
    const org = await start({ faults: ['api-token-revoked'] })
    const args = ['doctor', '--org', org.url, '--api-token', 'env:TOKEN']
    const { code, stdout } = await place.run(args, { env: { TOKEN: org.adminToken } })
    expect(code).toBe(3)
    expect(stdout).toContain('(api_token_refused, likely)')
  })

  test.each([
    ['json', (text: string): unknown => JSON.parse(text)],
    [
      'jsonl',
      (text: string): unknown =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
    ],
    ['yaml', (text: string): unknown => parse(text)],
  ])('prints the findings as %s, without a secret in them', async (format, read) => {
    const org = await start({ faults: ['scope-not-granted'] })
    const { code, stdout } = await place.run(['doctor', ...flagsOf(org), '--output', format])
    expect(code).toBe(3)
    expect(read(stdout)).toContainEqual({
      check: 'granted-scopes',
      code: 'scope_not_granted',
      status: 'failed',
      certainty: 'proven',
      observed: expect.stringContaining('okta.users.read'),
      remedy: expect.stringContaining('Okta API Scopes tab'),
      details: { scopes: ['okta.users.read'] },
    })
    expect(stdout).not.toContain(String(org.app.key['d']))
  })

  test('finds wrong texts without an org to ask', async () => {
    const args = [
      'doctor',
      '--org',
      'acme.auth0.com',
      '--client-id',
      'my app',
      '--scopes',
      'okta.*',
    ]
    const { code, stdout } = await place.run(args)
    expect(code).toBe(3)
    for (const check of ['org-url', 'client-id', 'key', 'scopes']) {
      expect(stdout).toMatch(new RegExp(`^✗ ${check} `, 'm'))
    }
  })

  test('proves with an admin’s API token what is only likely without it', async () => {
    const org = await start({ faults: ['key-inactive'] })
    const without = await place.run(['doctor', ...flagsOf(org)])
    expect(without.stdout).toContain('(kid_refused, likely)')
    const args = ['doctor', ...flagsOf(org), '--admin-token', 'env:ADMIN']
    const { stdout } = await place.run(args, { env: { ADMIN: org.adminToken } })
    expect(stdout).toContain('(key_inactive)')
  })

  test('says what the connection lacks for what it is for', async () => {
    const org = await start()
    const { code, stdout } = await place.run([
      'doctor',
      ...flagsOf(org),
      '--for',
      'access-management',
    ])
    expect(code).toBe(3)
    expect(stdout).toMatch(/okta\.groups\.manage.*\(scope_not_requested\)/)
  })
})

describe('postern doctor --fix', () => {
  test.each(['key-inactive', 'no-scope-granted', 'admin-role-missing', 'client-secret-method'])(
    'repairs %s and looks again',
    async (fault) => {
      const { code, stderr } = await fix(await start({ faults: [fault] }), '--yes')
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('No problem') })
      expect(stderr).toMatch(/^repair [A-Z]/m)
    },
  )

  test('says so where nothing can be repaired from here', async () => {
    const { code, stderr } = await fix(await start({ faults: ['app-deleted'] }), '--yes')
    expect(code).toBe(3)
    expect(stderr).toContain('nothing that can be repaired')
  })

  test('does nothing where nobody can be asked, and says what it would have done', async () => {
    const { code, stderr } = await fix(await start({ faults: ['app-inactive'] }))
    expect(code).toBe(2)
    expect(stderr).toContain('--yes, which does it without a question: Activate the app')
  })
})

describe('a command line that cannot be followed is refused before anything is asked', () => {
  test.each([
    [[], /nothing to look at/],
    [['--from-env'], /nothing to look at/],
    [['--org', 'acme', '--fix'], /--fix is given without --admin-token/],
    [['--org', 'acme', '--yes'], /--yes is given without --fix/],
    [['--org', 'acme', '--key', '-', '--admin-token', '-'], /Standard input/],
    [['--org', 'acme', '--for', 'okta.user.read'], /okta\.users\.read/],
  ])('%j', async (flags, said) => {
    const { code, stdout, stderr } = await place.run(['doctor', ...flags])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(said)
  })
})

async function start(options: StartOptions = {}): Promise<RunningOrg> {
  const org = await startOrg({ users: 3, keyType: 'EC', ...options })
  onTestFinished(org.close)
  return org
}

function flagsOf({ url, app }: RunningOrg): readonly string[] {
  const path = place.path(`${app.key.kid}.jwk`)
  writeFileSync(path, JSON.stringify(app.key), { mode: 0o600 })
  const scopes = app.scopes.join(' ')
  return ['--org', url, '--client-id', app.clientId, '--key', path, '--scopes', scopes]
}

function envOf({ url, app }: RunningOrg): Readonly<Record<string, string>> {
  return {
    OKTA_CLIENT_ORGURL: url,
    OKTA_CLIENT_CLIENTID: app.clientId,
    OKTA_CLIENT_PRIVATEKEY: JSON.stringify(app.key),
    OKTA_CLIENT_SCOPES: app.scopes.join(' '),
    OKTA_CLIENT_AUTHORIZATIONMODE: 'PrivateKey',
  }
}

function fix(org: RunningOrg, ...flags: string[]): Promise<RunResult> {
  const args = ['doctor', ...flagsOf(org), '--admin-token', 'env:ADMIN', '--fix', ...flags]
  return place.run(args, { env: { ADMIN: org.adminToken } })
}

function signsOf(stdout: string): ReadonlySet<string> {
  return new Set(
    stdout
      .trim()
      .split('\n')
      .map(([sign = '']) => sign),
  )
}
