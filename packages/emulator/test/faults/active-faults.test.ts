import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults, findFault, type RunningOrg, SetupError, startOrg } from '../../src/index.ts'

let running: RunningOrg
beforeAll(async () => {
  running = await startOrg({ keyType: 'EC' })
})
afterAll(() => running.close())

const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof SetupError)
      return { code: error.code, told: error.message, remedy: error.remedy }
  }
  return undefined
}
const oauth = () => running.org.apps.get(running.app.clientId)?.oauth

describe('a fault', () => {
  test('has a name in kebab-case of its own, and says what is wrong and what a client sees', () => {
    const names = faults.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => !/^[a-z]+(?:-[a-z0-9]+)*$/.test(name))).toEqual([])
    expect(
      faults.filter(({ summary, answers }) => !/^[A-Z].*\.$/.test(summary) || answers === ''),
    ).toEqual([])
  })

  test('that is unknown is refused with the nearest names', () => {
    expect(refusal(() => findFault('admin-role-mising'))).toMatchObject({
      code: 'fault_unknown',
      told: 'There is no fault "admin-role-mising".',
      remedy: expect.stringContaining('Did you mean admin-role-missing'),
    })
  })

  test.each([
    [
      'clock-skew=soon',
      'fault_parameter_invalid',
      'a number from -1000000000 to 1000000000: how far the org is ahead',
    ],
    ['token-life-short=-1', 'fault_parameter_invalid', 'a number from'],
    ['admin-role-lowered=KING', 'fault_parameter_invalid', 'one of SUPER_ADMIN'],
    ['server-error=share:2', 'fault_parameter_invalid', 'a number from 0 to 1'],
    ['admin-role-missing=client:0oaNobody', 'fault_without_object', 'leave it out'],
    ['server-error=status:3', 'fault_parameter_unknown', 'It has path'],
    ['scope-not-granted=scop:okta.apps.read', 'fault_parameter_unknown', 'Did you mean scope'],
    ['scope-not-granted=users', 'fault_parameter_invalid', 'begins with okta.'],
    ['server-error=path:api', 'fault_parameter_invalid', 'begins with /'],
    ['nonces-forgotten=1', 'fault_parameter_unknown', 'Leave the parameter out'],
  ])('%s is refused with %s', (text, code, remedy) => {
    expect(refusal(() => running.faults.on(text))).toMatchObject({
      code,
      remedy: expect.stringContaining(remedy),
    })
    expect(running.faults.list()).toEqual([])
  })

  test('that has no such parameter is refused by the names it has', () => {
    const request = { name: 'server-error', parameters: { time: 1 } }
    expect(refusal(() => running.faults.on(request))).toMatchObject({
      code: 'fault_parameter_unknown',
      remedy: expect.stringContaining('Did you mean times'),
    })
  })

  test('happens to another app where the parameter client says so', () => {
    const app = running.org.apps.get(running.app.clientId)
    if (app?.oauth === undefined) throw new Error('no app')
    running.org.apps.put({ ...app, id: '0oaOther', oauth: { ...app.oauth, clientId: '0oaOther' } })
    running.faults.on('dpop-required=0oaOther')
    expect(running.org.apps.get('0oaOther')?.oauth?.dpopRequired).toBe(true)
    expect(oauth()?.dpopRequired).toBe(false)
    running.faults.clear()
    expect(running.org.apps.get('0oaOther')?.oauth?.dpopRequired).toBe(false)
    running.org.apps.remove('0oaOther')
  })
})

describe('several faults', () => {
  test('of one app go in any order and leave it as it was', () => {
    const before = oauth()
    const names = ['key-replaced', 'dpop-required', 'second-key-registered', 'admin-role-missing']
    for (const order of [names, names.toReversed(), [names[2], names[0], names[3], names[1]]]) {
      for (const name of names) running.faults.on(name)
      for (const name of order) expect(running.faults.off(String(name))).toBe(true)
      expect(oauth()).toEqual(before)
    }
  })

  test('stay in force when an earlier one goes', () => {
    running.faults.on('key-replaced')
    running.faults.on('second-key-registered')
    running.faults.off('key-replaced')
    expect(oauth()?.keys.length).toBe(2)
    expect(oauth()?.keys[0]?.jwk['kid']).toBe(running.app.key.kid)
    expect(running.faults.list().map(({ name }) => name)).toEqual(['second-key-registered'])
    running.faults.clear()
  })

  test('stay on where the app they are about is gone, and do no harm', () => {
    const app = running.org.apps.get(running.app.clientId)
    if (app === undefined) throw new Error('no app')
    running.faults.on('clock-skew')
    running.faults.on('dpop-required')
    running.org.apps.remove(app.id)
    expect(running.faults.off('clock-skew')).toBe(true)
    expect(running.faults.list().map(({ name }) => name)).toEqual(['dpop-required'])
    running.faults.clear()
    running.org.apps.put(app)
  })

  test('are each there once: switching one on again gives it the new parameters', () => {
    running.faults.on('clock-skew=100')
    running.faults.on('clock-skew=200')
    expect(running.org.time.offsetMs).toBe(200_000)
    expect(running.faults.list().map(({ parameters }) => parameters.toJSON())).toEqual([
      { seconds: 200 },
    ])
    running.faults.clear()
    expect(running.org.time.offsetMs).toBe(0)
  })

  test('that are deeds are done once, whatever goes before or after them', () => {
    const { authorization } = running.org
    const deeds: string[] = []
    const { revokeAll, forgetNonces } = authorization
    authorization.revokeAll = () => void deeds.push('tokens-revoked')
    authorization.forgetNonces = () => void deeds.push('nonces-forgotten')
    running.faults.on('clock-skew')
    running.faults.on('dpop-required')
    running.faults.on('tokens-revoked')
    running.faults.on('nonces-forgotten')
    running.faults.on('clock-skew=100')
    running.faults.off('dpop-required')
    expect(running.faults.list().map(({ name }) => name)).toEqual([
      'tokens-revoked',
      'nonces-forgotten',
      'clock-skew',
    ])
    running.faults.clear()
    expect(deeds).toEqual(['tokens-revoked', 'nonces-forgotten'])
    Object.assign(authorization, { revokeAll, forgetNonces })
  })

  test('are as they were where new parameters are refused', () => {
    running.faults.on('key-not-registered')
    running.faults.on('second-key-registered')
    const shown = () => running.faults.list().map(({ name, parameters }) => [name, parameters])
    const before = shown()
    const changes = () => running.org.ledger.read(0, 10_000).filter(({ kind }) => kind === 'change')
    const faultChanges = () => changes().filter((line) => 'what' in line && line.what === 'fault')
    const noted = faultChanges().length
    expect(refusal(() => running.faults.on('key-not-registered=0oaNobody'))?.code).toBe(
      'fault_without_object',
    )
    expect(shown()).toEqual(before)
    expect(oauth()?.keys.length).toBe(1)
    expect(faultChanges().length).toBe(noted)
    running.faults.clear()
    expect(oauth()?.keys.map(({ jwk }) => jwk['kid'])).toEqual([running.app.key.kid])
  })

  test('of the way compose: the first refusal wins, and what bends answers bends it too', async () => {
    running.faults.on('server-error')
    running.faults.on('bad-gateway')
    running.faults.on('json-with-bom')
    const answer = await fetch(`${running.url}/api/v1/users`)
    expect(answer.status).toBe(500)
    const [first] = new Uint8Array(await answer.arrayBuffer())
    expect(first).toBe(0xef)
    running.faults.clear()
  })

  test('that are not on cannot be switched off', () => {
    expect(running.faults.off('server-error')).toBe(false)
  })
})
