import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appChanges, appState } from '../../../../test/app-changes.ts'
import { formsOf } from '../../../../test/leak-search.ts'
import { stores } from '../../../../test/stores.ts'
import { createPlace, type RunResult } from './run.ts'
import { type ServedOrg, serveOrg } from './served-org.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
afterAll(place.remove)
const once = ['app created', 'grant created', 'role created']

describe.each(stores)('postern setup NAME and rotate NAME, on a server with $name', ({ name }) => {
  let postern: ServedPostern
  let org: ServedOrg
  beforeAll(async () => {
    postern = await servePostern(name)
  })
  afterAll(() => postern.close())

  const run = (args: readonly string[]): Promise<RunResult> =>
    place.run(args, { env: { ...postern.env, ...org.env } })
  const admin = ['--admin-token', 'env:ADMIN_TOKEN']
  const setup = (connection: string, ...more: string[]) =>
    run(['setup', connection, '--org', org.running.url, '--bundle', 'system-log', ...more])

  test('an app is made, proven, kept, used, rotated and taken back by its name alone', async () => {
    org = await serveOrg(place)
    const before = appState(org.running)
    const made = await setup('acme', ...admin, '--rotation-days', '30')
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('Prove it')])
    expect(made.stdout).toMatch(/^Live read +GET \/api\/v1\/logs gave 1 of its records$/m)
    expect(made.stdout).toMatch(/^Private key +sealed here, and never shown$/m)
    const shown = await run(['connections', 'show', 'acme', '--output', 'json'])
    expect(JSON.parse(shown.stdout)).toMatchObject({ dpop: 'always', rotationIntervalDays: 30 })
    expect((await run(['doctor', 'acme'])).code).toBe(0)

    const alone = await run(['rotate', 'acme'])
    expect([alone.code, alone.stderr]).toEqual([
      5,
      expect.stringContaining('(rotation_needs_super_admin'),
    ])
    const rotated = await run(['rotate', 'acme', ...admin, '--grace-seconds', '0'])
    expect([rotated.code, rotated.stderr.split('\n')[0]]).toEqual([
      0,
      expect.stringContaining('only a Super Admin can change its keys in Okta'),
    ])
    expect(rotated.stdout).toMatch(/^Old key .*out of use, and can be brought back/m)
    expect((await run(['doctor', 'acme'])).code).toBe(0)
    const early = await run(['rotate', 'acme', ...admin, '--retire'])
    expect([early.code, early.stderr]).toEqual([8, expect.stringContaining('(rotation_too_early)')])
    const back = await run(['rotate', 'acme', ...admin, '--rollback', '--output', 'json'])
    expect(JSON.parse(back.stdout)).toMatchObject({ phase: 'rolled-back' })

    const undone = await run(['setup', 'acme', '--undo', ...admin])
    expect([undone.code, undone.stderr]).toEqual([0, expect.stringContaining('Deleted the app')])
    expect(appState(org.running)).toEqual(before)
    expect((await run(['connections', 'show', 'acme'])).code).toBe(6)
    for (const { stdout, stderr } of [made, shown, alone, rotated, back, undone]) {
      for (const form of formsOf(org.running.adminToken)) {
        expect(stdout + stderr).not.toContain(form)
      }
      expect(stdout + stderr).not.toMatch(/"d":|BEGIN/)
    }
  }, 60_000)

  test('a plan is kept and shown in each form, and is what is carried out later', async () => {
    org = await serveOrg(place)
    const planned = await setup('later', '--plan', '--output', 'json')
    const { clientId } = JSON.parse(planned.stdout)
    const hcl = await setup('later', '--plan', '--output', 'terraform')
    expect(hcl.stdout).toContain(`client_id                  = "${clientId}"`)
    expect(hcl.stderr).toContain('--finish')
    expect((await setup('later', '--plan')).stdout).toContain(`Client ID    ${clientId}`)
    expect(appChanges(org.running)).toEqual([])
    const other = await setup('later', '--label', 'Another', ...admin)
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('another plan: --label'),
    ])
    const { code, stdout } = await run(['setup', 'later', ...admin, '--output', 'json'])
    expect([code, JSON.parse(stdout).clientId]).toEqual([0, clientId])
    expect(appChanges(org.running).toSorted()).toEqual(once)
    const finished = await run(['setup', 'later', '--finish', '--output', 'json'])
    expect([finished.code, JSON.parse(finished.stdout).clientId]).toEqual([0, clientId])
  }, 60_000)

  test('a connection that may is the administrator of others', async () => {
    org = await serveOrg(place)
    expect((await run(['connect', 'boss', ...org.admin])).code).toBe(0)
    const made = await setup('served', '--admin', 'boss')
    expect([made.code, made.stderr]).toEqual([0, made.stderr])
    const rotated = await run(['rotate', 'served', '--admin', 'boss', '--grace-seconds', '0'])
    expect([rotated.code, rotated.stdout]).toEqual([
      0,
      expect.stringContaining('Postern goes on by itself from'),
    ])
    expect((await run(['setup', 'served', '--undo', '--admin', 'boss'])).code).toBe(0)
  }, 60_000)

  test('what the doctor finds of a kept connection is repaired with the credential of another', async () => {
    org = await serveOrg(place)
    await run(['connect', 'fixer', ...org.admin])
    const made = await setup('broken', ...admin, '--output', 'json')
    const { appId } = JSON.parse(made.stdout)
    const grants = `${org.running.url}/api/v1/apps/${appId}/grants`
    const headers = { authorization: `SSWS ${org.running.adminToken}` }
    const [grant] = (await (await fetch(grants, { headers })).json()) as { readonly id: string }[]
    await fetch(`${grants}/${grant?.id}`, { method: 'DELETE', headers })
    const alone = await run(['doctor', 'broken', '--fix'])
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--admin NAME')])
    const { code, stderr } = await run(['doctor', 'broken', '--fix', '--yes', '--admin', 'fixer'])
    expect([code, stderr]).toEqual([0, expect.stringContaining('Grant okta.logs.read to the app')])
    expect((await run(['doctor', 'broken'])).code).toBe(0)
    const other = await run(['doctor', 'broken', '--for', 'access-management', '--admin', 'fixer'])
    expect([other.code, other.stdout]).toEqual([3, expect.stringContaining('scope_not_requested')])
  }, 60_000)

  test('an app whose keys somebody else publishes says what is to be published, and where', async () => {
    org = await serveOrg(place)
    const url = 'http://127.0.0.1:1/keys.json'
    const made = await setup('elsewhere', '--keys', 'url', '--jwks-url', url, ...admin)
    expect(made.code).not.toBe(0)
    expect(made.stderr).toContain(url)
    expect(appChanges(org.running)).toEqual([])
    expect((await run(['setup', 'elsewhere', '--undo', ...admin])).code).toBe(0)
  }, 60_000)

  test('the steps of a person are printed where there is no terminal', async () => {
    org = await serveOrg(place)
    const { code, stdout } = await setup('by-hand', '--guide')
    expect([code, stdout]).toEqual([0, expect.stringContaining('1. ')])
    expect(stdout).toContain('Okta API Scopes')
    expect((await run(['setup', 'by-hand', '--undo'])).code).toBe(0)
  })

  test.each([
    ['two ways at once', ['setup', 'x', '--plan', '--undo'], 2],
    ['nobody to do it as', ['setup', 'x', '--org', 'acme.okta.com'], 2],
    ['no org', ['setup', 'y', '--plan'], 2],
    ['two ends at once', ['rotate', 'x', '--retire', '--rollback'], 2],
    ['a connection that is not kept', ['rotate', 'nobody'], 6],
    ['an administrator that is not kept', ['setup', 'x', '--admin', 'nobody'], 6],
  ])('%s is refused', async (_what, args, expected) => {
    org = await serveOrg(place)
    const { code, stderr } = await run(args)
    expect([code, stderr]).toEqual([expected, expect.stringContaining('fix ')])
  })
})

test('without a server, a plan is kept by the command itself', async () => {
  const home = createPlace()
  const plan = ['setup', 'acme', '--org', 'acme.okta.com', '--plan', '--output', 'json']
  const first = await home.run(plan)
  const second = await home.run(plan)
  home.remove()
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('master key')])
  expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout))
}, 60_000)
