import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatRule, parseRule } from '../../src/cli/commands/access-rule.ts'
import { createPlace } from './run.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
let postern: ServedPostern
beforeAll(async () => {
  postern = await servePostern()
})
afterAll(async () => {
  await postern.close()
  place.remove()
})

const access = (...args: string[]) => place.run(['access', ...args], { env: postern.env })

describe('a rule of an access key', () => {
  test.each([
    ['acme:token', { connections: ['acme'], verbs: ['token'] }],
    ['acme,hr:token,read', { connections: ['acme', 'hr'], verbs: ['token', 'read'] }],
    ['*:proxy:get,head', { connections: ['*'], verbs: ['proxy'], methods: ['GET', 'HEAD'] }],
    ['*:proxy::/api/v1/users', { connections: ['*'], verbs: ['proxy'], paths: ['/api/v1/users'] }],
    [
      '*:proxy:GET:/a:b,/c',
      { connections: ['*'], verbs: ['proxy'], methods: ['GET'], paths: ['/a:b', '/c'] },
    ],
    ['acme:act:reads', { connections: ['acme'], verbs: ['act'], actions: ['reads'] }],
    [
      'acme:act,read:group.add_member,reads:approval',
      {
        connections: ['acme'],
        verbs: ['act', 'read'],
        actions: ['group.add_member', 'reads'],
        approval: 'required',
      },
    ],
    ['acme:act::approval', { connections: ['acme'], verbs: ['act'], approval: 'required' }],
  ])('%s is read and written the same', (text, rule) => {
    expect(parseRule(text)).toEqual(rule)
    expect(parseRule(formatRule(rule))).toEqual(rule)
  })

  test.each(['', 'acme', 'acme:', ':token', ',:token', 'acme:act::all'])(
    '%j is refused',
    (text) => {
      expect(() => parseRule(text)).toThrow(expect.objectContaining({ code: 'usage_invalid' }))
    },
  )
})

describe('postern access', () => {
  test('prints a new access key alone on stdout, and what it may do beside it', async () => {
    const made = await access('add', 'ci', '--allow', 'acme:token,read', '--expires', '90d')
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/^postern_[0-9a-f]{16}_[\w-]{43}\n$/)
    expect(made.stderr).toContain('It is for acme:token,read, and not shown again')

    const shown = await access('show', 'ci', '--output', 'json')
    expect(JSON.parse(shown.stdout)).toMatchObject({
      name: 'ci',
      rules: [{ connections: ['acme'], verbs: ['token', 'read'] }],
      expiresAt: expect.stringMatching(/Z$/),
    })
    expect(shown.stdout).not.toContain('text')
    const list = await access('list')
    expect(list.stdout).toMatch(/^id +name +state +rules .*\n[0-9a-f]{16} +ci +good until /)
  })

  test('rotates a key by its name, and ends it', async () => {
    const made = await access('add', 'nightly', '--allow', '*:read', '--output', 'json')
    const { id, text } = JSON.parse(made.stdout)
    const rotated = await access('rotate', 'nightly', '--overlap', '1h', '--output', 'json')
    expect(JSON.parse(rotated.stdout)).toMatchObject({ id, previousUntil: expect.any(String) })
    expect(JSON.parse(rotated.stdout).text).not.toBe(text)

    const revoked = await access('revoke', id)
    expect([revoked.code, revoked.stderr]).toEqual([
      0,
      `The access key nightly (${id}) is revoked.\n`,
    ])
    const gone = await access('show', 'nightly')
    expect([gone.code, gone.stderr]).toEqual([6, expect.stringContaining('access_key_not_found')])
  })

  test('gives approve to nobody, and says where the operator can', async () => {
    const { code, stdout, stderr } = await access('add', 'approver', '--allow', 'acme:approve')
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toContain('access_denied')
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'Declare the access key in postern.yaml, under accessKeys, and start the server with `postern start --config postern.yaml`.',
    )
  })

  test('says of a verb that there is none of what is there', async () => {
    const { code, stderr } = await access('add', 'x', '--allow', 'acme:everything')
    expect([code, stderr]).toEqual([2, expect.stringContaining('request_invalid')])
  })
})
