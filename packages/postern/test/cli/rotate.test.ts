import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { importKey, parseOrgUrl, TokenSource } from '@postern/core'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { appChanges } from '../../../../test/app-changes.ts'
import { type KeySetServer, startKeySetServer } from '../../../../test/key-set-server.ts'
import { formsOf } from '../../../../test/leak-search.ts'
import { isProbablePrime } from '../../src/http/primes.ts'
import { killAtChange } from './kill-at-change.ts'
import { createPlace, type Place, type RunOptions, type RunResult } from './run.ts'

interface Desk {
  readonly place: Place
  readonly running: RunningOrg
  readonly keySet: KeySetServer
  readonly out: string
  rotate(flags?: readonly string[], options?: RunOptions): Promise<RunResult>
}

/** An org with an app that `postern setup` made. */
async function openDesk(
  how: { readonly url?: true; readonly org?: StartOptions } = {},
): Promise<Desk> {
  const running = await startOrg({ edition: 'unlimited', keyType: 'EC', ...how.org })
  onTestFinished(running.close)
  const place = createPlace()
  onTestFinished(place.remove)
  const keySet = await startKeySetServer()
  const out = place.path('acme')
  const env = { ADMIN: running.adminToken }
  const at = ['setup', 'acme', '--org', running.url, '--out', out, '--admin-token', 'env:ADMIN']
  const setup = [...at, '--bundle', 'system-log', ...(how.url ? ['--jwks-url', keySet.url] : [])]
  if (how.url) {
    await place.run([...setup, '--plan'], { env })
    keySet.publish(JSON.parse(readFileSync(`${out}/jwks.json`, 'utf8')).keys)
  }
  const { code, stderr } = await place.run(setup, { env })
  expect([code, stderr]).toEqual([0, stderr])
  const admin = how.url ? [] : ['--admin-token', 'env:ADMIN']
  return {
    place,
    running,
    keySet,
    out,
    rotate: (flags = [], options = {}) =>
      place.run(['rotate', 'acme', '--from', out, '--grace-seconds', '0', ...admin, ...flags], {
        env,
        ...options,
      }),
  }
}

/** What a program does that reads the settings anew for each token. */
async function readAndAsk({ out, running }: Desk): Promise<void> {
  const text = readFileSync(`${out}/okta.env`, 'utf8')
  const get = (name: string) => new RegExp(`^${name}='([^']*)'$`, 'm').exec(text)?.[1] ?? ''
  const key = await importKey(readFileSync(get('OKTA_CLIENT_PRIVATEKEY'), 'utf8'), {
    kid: get('OKTA_CLIENT_PRIVATEKEYID'),
    isProbablePrime,
  })
  const source = new TokenSource({
    org: parseOrgUrl(running.url, { dev: true }).org,
    credential: {
      kind: 'service-app',
      clientId: get('OKTA_CLIENT_CLIENTID'),
      key,
      scopes: [get('OKTA_CLIENT_SCOPES')],
    },
  })
  await source.token()
}

/** As if the hour since the old key went out of use had passed. */
function letAnHourPass({ out }: Desk): void {
  const path = `${out}/rotation.json`
  const state = JSON.parse(readFileSync(path, 'utf8'))
  state.retiredAt = new Date(Date.parse(state.retiredAt) - 3_600_000).toISOString()
  writeFileSync(path, JSON.stringify(state))
}

function keysOf({ running, out }: Desk): readonly string[] {
  const { app } = JSON.parse(readFileSync(`${out}/setup.json`, 'utf8'))
  const keys = running.org.apps.get(app.appId)?.oauth?.keys ?? []
  return keys.map(({ status }) => status)
}

function keyFiles({ out }: Desk): readonly string[] {
  return readdirSync(out).filter((name) => name.endsWith('.pem'))
}

describe('postern rotate', () => {
  test('refuses two ways to end at once before anything is read', async () => {
    const place = createPlace()
    onTestFinished(place.remove)
    const flags = ['--retire', '--rollback']
    const { code, stderr } = await place.run(['rotate', '--from', place.path('none'), ...flags])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--retire and --rollback')])
  })

  test('says first who may, then registers, proves, switches and retires', async () => {
    const desk = await openDesk()
    const { code, stdout, stderr } = await desk.rotate()
    expect([code, stderr]).toEqual([0, stderr])
    expect(stderr.split('\n')[0]).toContain('only a Super Admin can change its keys in Okta')
    const order = ['registered', 'proven', 'switched', 'retired'].map((word) =>
      stderr.indexOf(word),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(stdout).toContain('(deactivated)')
    expect(stdout).toContain('run with --retire')
    expect(keysOf(desk).toSorted()).toEqual(['ACTIVE', 'INACTIVE'])
    await readAndAsk(desk)
  })

  test('deletes the old key in Okta and on the disk in a later run, and not within the hour', async () => {
    const desk = await openDesk()
    await desk.rotate()
    const early = await desk.rotate(['--retire'])
    expect([early.code, early.stderr.includes('rotation_too_early')]).toEqual([8, true])
    expect(keyFiles(desk)).toHaveLength(2)
    letAnHourPass(desk)
    const { code, stdout } = await desk.rotate(['--output', 'json'])
    expect([code, JSON.parse(stdout).phase]).toEqual([0, 'finished'])
    expect(keysOf(desk)).toEqual(['ACTIVE'])
    expect(keyFiles(desk)).toHaveLength(1)
    await readAndAsk(desk)
    // And again, from the key that is in use now.
    const again = await desk.rotate(['--output', 'json'])
    expect(JSON.parse(again.stdout)).toMatchObject({
      phase: 'retired',
      oldKey: JSON.parse(stdout).newKey,
    })
    await readAndAsk(desk)
  }, 60_000)

  test('killed with SIGKILL after each change in the org, it leaves a key in use that works, and goes on', async () => {
    for (const count of [1, 2]) {
      const desk = await openDesk()
      const seq = desk.running.org.ledger.size
      const killed = await desk.rotate([], { onStart: killAtChange(desk.running, count) })
      expect(killed.code).toBe(137)
      await readAndAsk(desk)
      const { code, stderr } = await desk.rotate()
      expect([count, code, stderr]).toEqual([count, 0, stderr])
      await readAndAsk(desk)
      expect(appChanges(desk.running, seq)).toEqual(['key created', 'key updated'])
    }
  }, 60_000)

  test('fails no program that asks for tokens all the time with the settings of the folder', async () => {
    const desk = await openDesk()
    let asked = 0
    let isOver = false
    const failures: unknown[] = []
    const program = async () => {
      while (!isOver) {
        await readAndAsk(desk).catch((error: unknown) => failures.push(error))
        asked++
      }
    }
    const programs = [program(), program(), program()]
    const { code } = await desk.rotate(['--grace-seconds', '2'])
    isOver = true
    await Promise.all(programs)
    expect([code, failures]).toEqual([0, []])
    expect(asked).toBeGreaterThan(5)
    expect(keysOf(desk).toSorted()).toEqual(['ACTIVE', 'INACTIVE'])
  }, 60_000)

  test('brings the old key back', async () => {
    const desk = await openDesk()
    const before = readFileSync(`${desk.out}/okta.env`, 'utf8')
    await desk.rotate()
    expect(readFileSync(`${desk.out}/okta.env`, 'utf8')).not.toBe(before)
    const { code, stdout } = await desk.rotate(['--rollback'])
    expect([code, stdout.includes('in use again')]).toEqual([0, true])
    expect(readFileSync(`${desk.out}/okta.env`, 'utf8')).toBe(before)
    await readAndAsk(desk)
    // Nothing is left of the new one.
    expect([keysOf(desk), keyFiles(desk).length]).toEqual([['ACTIVE'], 1])
  })

  test('deletes the dead key of the last rotation, where the machine stopped before that', async () => {
    const desk = await openDesk()
    await desk.rotate()
    const files = keyFiles(desk).map((name) => [name, readFileSync(`${desk.out}/${name}`)] as const)
    await desk.rotate(['--rollback'])
    for (const [name, pem] of files) writeFileSync(`${desk.out}/${name}`, pem)
    await desk.rotate()
    expect(keyFiles(desk)).toHaveLength(2)
    await readAndAsk(desk)
  })

  test('takes a rotation back whose new private key is lost, and does not go on with it', async () => {
    const desk = await openDesk()
    const old = keyFiles(desk)
    await desk.rotate(['--keep-old'])
    for (const name of keyFiles(desk)) if (!old.includes(name)) rmSync(`${desk.out}/${name}`)
    const { code, stderr } = await desk.rotate()
    expect([code, stderr.includes('rotation_new_key_unknown')]).toEqual([1, true])
    expect((await desk.rotate(['--rollback'])).code).toBe(0)
    expect(keysOf(desk)).toEqual(['ACTIVE'])
    await readAndAsk(desk)
  })

  test('leaves the old key in use beside the new one where that is asked for', async () => {
    const desk = await openDesk()
    const { stdout } = await desk.rotate(['--keep-old'])
    expect(stdout).toContain('active beside the new one')
    expect(keysOf(desk)).toEqual(['ACTIVE', 'ACTIVE'])
    await desk.rotate()
    expect(keysOf(desk).toSorted()).toEqual(['ACTIVE', 'INACTIVE'])
  })

  test('without an administrator is the deed of the app itself, which needs a scope and a role for it', async () => {
    const desk = await openDesk()
    const alone = ['rotate', 'acme', '--from', desk.out]
    const { code, stderr } = await desk.place.run(alone)
    expect([code, stderr.includes('rotation_needs_super_admin')]).toEqual([5, true])
    expect(keysOf(desk)).toEqual(['ACTIVE'])
  })

  test('works from flags, and puts the new key and its settings into a folder of their own', async () => {
    const scopes = ['okta.users.read', 'okta.apps.manage']
    const running = await startOrg({ edition: 'unlimited', scopes, role: 'SUPER_ADMIN' })
    onTestFinished(running.close)
    const place = createPlace()
    onTestFinished(place.remove)
    writeFileSync(place.path('key.json'), JSON.stringify(running.app.key))
    const out = place.path('new')
    const args = [
      ...['rotate', '--org', running.url, '--client-id', running.app.clientId],
      ...['--key', place.path('key.json'), '--scopes', 'okta.users.read'],
      ...['--out', out, '--grace-seconds', '0', '--output', 'json'],
    ]
    const { code, stdout, stderr } = await place.run(args)
    expect([code, stderr]).toEqual([0, stderr])
    expect(JSON.parse(stdout)).toMatchObject({ phase: 'retired', oldKey: running.app.key.kid })
    const desk = { place, running, out } as Desk
    await readAndAsk(desk)
    const back = await place.run([...args, '--rollback'])
    expect([back.code, JSON.parse(back.stdout).keyInUse]).toEqual([0, running.app.key.kid])
  })

  test('goes on with no rotation of another app or org', async () => {
    const running = await startOrg({ edition: 'unlimited', keyType: 'EC' })
    onTestFinished(running.close)
    const place = createPlace()
    onTestFinished(place.remove)
    writeFileSync(place.path('key.json'), JSON.stringify(running.app.key))
    const out = place.path('new')
    const args = [
      ...['rotate', '--org', running.url, '--client-id', running.app.clientId, '--out', out],
      ...['--key', place.path('key.json'), '--scopes', 'okta.users.read', '--keep-old'],
      ...['--admin-token', 'env:ADMIN'],
    ]
    const env = { ADMIN: running.adminToken }
    expect((await place.run(args, { env })).code).toBe(0)
    const files = () =>
      readdirSync(out).map((name) => [name, readFileSync(`${out}/${name}`, 'utf8')])
    const before = [files(), running.org.ledger.size]
    for (const other of [
      ['--client-id', '0oa0000000000000other'],
      ['--org', 'https://other.okta.com'],
    ]) {
      const { code, stderr } = await place.run([...args, ...other], { env })
      expect([code, stderr]).toEqual([2, expect.stringContaining('another app')])
    }
    expect([files(), running.org.ledger.size]).toEqual(before)
  })

  test('of a key behind a URL writes the set to be published, and goes on when it is', async () => {
    const desk = await openDesk({ url: true, org: { assumptions: { jwksUriCacheSeconds: 0 } } })
    const file = desk.place.path('to-publish.json')
    const publish = () => desk.keySet.publish(JSON.parse(readFileSync(file, 'utf8')).keys)
    const flags = ['--jwks-out', file]
    const first = await desk.rotate(flags)
    expect([first.code, first.stderr.includes('key_set_incomplete')]).toEqual([8, true])
    expect(JSON.parse(readFileSync(file, 'utf8')).keys).toHaveLength(2)
    await readAndAsk(desk)
    publish()
    const second = await desk.rotate(flags)
    expect([second.code, second.stdout.includes('still published')]).toEqual([0, true])
    await readAndAsk(desk)
    letAnHourPass(desk)
    const third = await desk.rotate([...flags, '--retire'])
    expect([third.code, third.stderr.includes('key_set_outdated')]).toEqual([8, true])
    publish()
    const last = await desk.rotate([...flags, '--retire'])
    expect([last.code, last.stdout.includes('published no more')]).toEqual([0, true])
    await readAndAsk(desk)
    // Nothing was changed in Okta.
    expect(appChanges(desk.running).filter((change) => change.startsWith('key'))).toEqual([])
  }, 60_000)

  test('shows no secret in any output or file but those of the keys', async () => {
    const desk = await openDesk()
    const outputs = [await desk.rotate(['--debug'])]
    const secrets = keyFiles(desk).map((name) => readFileSync(`${desk.out}/${name}`, 'utf8'))
    outputs.push(
      await desk.rotate(['--rollback', '--output', 'json']),
      await desk.rotate(['--from', desk.place.path('nowhere')]),
    )
    const others = readdirSync(desk.out).filter((name) => !name.endsWith('.pem'))
    const shown = [
      ...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      ...others.map((name) => readFileSync(`${desk.out}/${name}`, 'utf8')),
    ].join('\n')
    expect(secrets).toHaveLength(2)
    for (const line of secrets.flatMap((pem) => pem.split('\n').slice(2, -3))) {
      expect(shown).not.toContain(line)
    }
    for (const form of formsOf(desk.running.adminToken)) expect(shown).not.toContain(form)
  })

  test.each([
    ['no folder', []],
    ['two folders', ['--from', 'a', '--out', 'b']],
    ['two secrets from standard input', ['--out', 'a', '--key', '-', '--admin-token', '-']],
    ['a folder without a setup', ['--from', 'empty']],
    ['nothing to finish', ['--out', 'empty', '--retire', '--org', 'acme.okta.com']],
    ['a grace that is no number', ['--from', 'a', '--grace-seconds', 'soon']],
  ])('refuses %s', async (_what, args) => {
    const place = createPlace()
    onTestFinished(place.remove)
    const { code, stdout, stderr } = await place.run(['rotate', ...args])
    expect([[1, 2].includes(code ?? 0), stdout, stderr]).toEqual([true, '', stderr])
    expect(stderr).toContain('fix ')
    expect(existsSync(place.path('a'))).toBe(false)
  })
})
