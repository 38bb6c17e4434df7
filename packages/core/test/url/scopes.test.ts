import {
  formatScopes,
  oktaScopes,
  parseScopes,
  ScopeError,
  scopeBundles,
  scopeCovers,
} from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scopeError } from '../../src/url/scope-error.ts'
import { type Answer, corpusOf, cpuMs, isAllowed, printed } from './corpus.ts'

interface Options {
  customAuthorizationServer?: boolean
}

function answerTo(text: string | readonly string[], options: Options = {}): Answer {
  try {
    const { scopes, warnings } = parseScopes(text, options)
    return { outcome: 'accepted', normalised: scopes, warnings }
  } catch (error) {
    if (error instanceof ScopeError) return { outcome: 'rejected', error }
    throw error
  }
}

/** `scopes | warnings`, or the code and the nearest scope. */
function said(text: string | readonly string[], options: Options = {}): string {
  const answer = answerTo(text, options)
  if (answer.outcome === 'rejected') {
    const { detail } = answer.error.details
    return [answer.error.code, detail].filter((word) => word !== undefined).join(' ')
  }
  const codes = answer.warnings.map(({ code }) => code.replace('scope_', ''))
  return [[...answer.normalised].join(' '), ...codes].join(' | ')
}

describe('parseScopes answers the corpus as expected', () => {
  test.each(corpusOf('scopes').map((one) => [one.id, one.title, one] as const))(
    '%s %s',
    (...row) => {
      const { text, allowed } = row[2]
      const answer = answerTo(text)
      expect(isAllowed(answer, allowed), JSON.stringify(answer)).toBe(true)
      expect(cpuMs(() => parseScopes(text))).toBeLessThan(50)
      if (answer.outcome === 'rejected' && text.length >= 4) {
        expect(printed(answer.error)).not.toContain(text)
      }
    },
  )
})

const both = 'okta.groups.read okta.users.read'

const accepted: readonly (readonly [string | readonly string[], string])[] = [
  [' okta.users.read ', 'okta.users.read'],
  [['okta.users.read', 'okta.groups.read'], both],
  [['okta.users.read okta.groups.read'], both],
  [['okta.users.read,', 'okta.users.read'], 'okta.users.read | separator | duplicate'],
  ['okta.users.read  okta.groups.read', `${both} | separator`],
  ['okta.users.read;okta.groups.read', `${both} | separator`],
  ['okta.users.read+okta.groups.read|okta.users.read', `${both} | separator | duplicate`],
  ['okta.users.read%20okta.groups.read', `${both} | separator`],
  ['okta.users.read\u00a0okta.groups.read', `${both} | separator`],
  ['- okta.users.read\n- okta.groups.read\n', `${both} | separator`],
  ['["okta.users.read okta.groups.read"]', `${both} | separator`],
  ['okta.users.readokta.groups.readokta.users.read', `${both} | separator | duplicate`],
  ['okta.serviceAccounts.okta.manage', 'okta.serviceAccounts.okta.manage'],
  ['okta.clients.register', 'okta.clients.register'],
  ['okta.governance.accessRequests.read', 'okta.governance.accessRequests.read | unlisted'],
  ['okta.workflows.invoke.manage', 'okta.workflows.invoke.manage | unlisted'],
  ['okta.xyzrs.read', 'okta.xyzrs.read | unlisted'],
  ['okta.sqersx.read', 'okta.sqersx.read | unlisted'],
]

const refused: readonly (readonly [string | readonly string[], string])[] = [
  ['', 'scope_empty'],
  [[], 'scope_empty'],
  ['[]', 'scope_empty'],
  [' ,; \n', 'scope_empty'],
  ['"okta.users.read okta.groups.read"', 'scope_invalid_char'],
  ['okta.users.read\\', 'scope_invalid_char'],
  ['okta.users.read\u200b', 'scope_invalid_char'],
  ['okta.uѕers.read', 'scope_invalid_char'],
  ['okta.users.read\0', 'scope_invalid_char'],
  ['["okta.users.read"', 'scope_invalid_char'],
  ['• okta.users.read', 'scope_invalid_char'],
  ['["okta.users.read",1]', 'scope_invalid_char'],
  ['okta.user.read', 'scope_unknown okta.users.read'],
  ['okta.users.raed', 'scope_unknown okta.users.read'],
  ['okta.users.write', 'scope_unknown okta.users.manage'],
  ['okta.logs.manage', 'scope_unknown okta.logs.read'],
  ['okta.support.cases.read', 'scope_unknown okta.support.cases.manage'],
  ['okta.logs.view', 'scope_unknown okta.logs.read'],
  ['okta.users', 'scope_unknown okta.users.read'],
  ['okta.groups.all', 'scope_unknown okta.groups.manage'],
  ['users.read', 'scope_unknown okta.users.read'],
  ['okta:users:read', 'scope_unknown okta.users.read'],
  ['okta_users_read', 'scope_unknown okta.users.read'],
  ['Okta.Users.Read', 'scope_unknown okta.users.read'],
  ['okta.useres.manage', 'scope_unknown okta.users.manage'],
  ['okta', 'scope_unknown okta.dr.read'],
  ['okta.users.read.okta.groups.read', 'scope_unknown okta.users.read'],
  [`${' '.repeat(20_000)},`, 'scope_empty'],
  ['okta.*', 'scope_wildcard'],
  ['*', 'scope_wildcard'],
  ['okta.users.read okta.*.manage', 'scope_wildcard'],
  ['openid', 'scope_not_for_service_app'],
  ['okta.users.read offline_access', 'scope_not_for_service_app'],
  ['groups', 'scope_not_for_service_app'],
  ['okta.users.read.self', 'scope_not_for_service_app'],
  ['okta.users.manage.self', 'scope_not_for_service_app'],
  ['okta.myAccount.read', 'scope_not_for_service_app'],
  [Array.from({ length: 201 }, (_, index) => `okta.thing${index}things.read`), 'scope_too_many'],
  ['okta.users.read '.repeat(201), 'scope_too_many'],
  ['a'.repeat(16 * 1024 + 1), 'scope_too_many'],
]

describe('parseScopes', () => {
  test.each(accepted)('%j is %s', (text, expected) => {
    expect(said(text)).toBe(expected)
  })

  test.each(refused)('%j is %s', (text, expected) => {
    expect(said(text)).toBe(expected)
    expect(cpuMs(() => parseScopes(text))).toBeLessThan(50)
  })

  test('a refusal has the cause it is given, and no other', () => {
    const cause = new Error('lost')
    expect(scopeError('scope_empty', 'There is no scope.', {}, cause).cause).toBe(cause)
    expect('cause' in scopeError('scope_empty', 'There is no scope.')).toBe(false)
  })

  test('every code and every warning has a case here', () => {
    expect(new Set(refused.map(([, answer]) => answer.split(' ')[0]))).toEqual(
      new Set([
        'scope_empty',
        'scope_invalid_char',
        'scope_unknown',
        'scope_wildcard',
        'scope_not_for_service_app',
        'scope_too_many',
      ]),
    )
    expect(new Set(accepted.flatMap(([, answer]) => answer.split(' | ').slice(1)))).toEqual(
      new Set(['separator', 'duplicate', 'unlisted']),
    )
  })

  test('every scope of the catalogue is accepted as it is, all at once', () => {
    expect(said(formatScopes(oktaScopes))).toBe(formatScopes(oktaScopes))
    expect(oktaScopes).toEqual([...new Set(oktaScopes)].sort())
  })

  test('the refusal says which of several scopes it is', () => {
    const answer = answerTo('okta.users.read okta.user.manage')
    expect(answer).toMatchObject({
      error: {
        message: 'Scope 2 of 2 is no scope of Okta; okta.users.manage is the nearest.',
        details: { position: 2, detail: 'okta.users.manage' },
      },
    })
  })

  test('the longest list of unlisted scopes takes less than 50 ms', () => {
    const names = Array.from(
      { length: 200 },
      (_, index) => `okta.${'u'.repeat(15)}${'s'.repeat(30)}x${index}.read`,
    )
    expect(answerTo(names).outcome).toBe('accepted')
    expect(cpuMs(() => parseScopes(names))).toBeLessThan(50)
    expect(cpuMs(() => parseScopes('u'.repeat(16_000)))).toBeLessThan(50)
    expect(cpuMs(() => parseScopes('okta.'.repeat(3_000)))).toBeLessThan(50)
    expect(cpuMs(() => parseScopes('['.repeat(16_000)))).toBeLessThan(50)
    expect(cpuMs(() => parseScopes(' '.repeat(16_000)))).toBeLessThan(50)
  })

  test.each([
    ['orders:write ORDERS:read', 'ORDERS:read orders:write'],
    ['okta-m2m-access', 'okta-m2m-access'],
    ['*', '*'],
    ['groups', 'groups'],
    ['a;b,c%20d - e|f+g', '- a;b c%20d e|f+g | separator'],
    ['orders:write openid', 'scope_not_for_service_app'],
    ['orders"write', 'scope_invalid_char'],
    ['', 'scope_empty'],
  ])('for a custom authorization server %j is %s', (text, expected) => {
    expect(said(text, { customAuthorizationServer: true })).toBe(expected)
  })

  test('any text ends in a set that reads back as itself, or in a ScopeError', () => {
    const piece = fc.constantFrom(
      ...[
        'okta.',
        'users',
        'groups',
        'logs',
        '.read',
        '.manage',
        '.self',
        'openid',
        ' ',
        '  ',
        ',',
        ';',
        '\n',
        '\t',
      ],
      ...['*', '"', '\\', '[', ']', '- ', '%20', '\u200b', 'é', 'read', 'Okta', '+'],
      ...oktaScopes.slice(0, 20),
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
      fc.array(fc.constantFrom(...oktaScopes), { maxLength: 9 }).map((list) => list.join(' ')),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(fc.string({ maxLength: 20 }), { maxLength: 4 }).map((list) => JSON.stringify(list)),
    )
    let valid = 0
    const before = process.cpuUsage()
    fc.assert(
      fc.property(text, fc.boolean(), (candidate, customAuthorizationServer) => {
        const answer = answerTo(candidate, { customAuthorizationServer })
        if (answer.outcome === 'rejected') return
        valid++
        const formatted = formatScopes(answer.normalised)
        const again = answerTo(formatted, { customAuthorizationServer })
        if (formatted.replaceAll(' ', '') === '[]') return
        expect(again).toMatchObject({ normalised: answer.normalised })
        const codes = again.outcome === 'accepted' ? again.warnings.map(({ code }) => code) : []
        expect(codes.filter((code) => code !== 'scope_unlisted')).toEqual([])
      }),
      { numRuns: 100_000 },
    )
    expect(valid).toBeGreaterThan(10_000)
    expect(process.cpuUsage(before).user / 1_000 / 100_000).toBeLessThan(2)
  }, 120_000)
})

describe('scopeCovers', () => {
  test.each([
    [['okta.users.read'], 'okta.users.read', true],
    [['okta.users.manage'], 'okta.users.read', true],
    [['okta.users.read'], 'okta.users.manage', false],
    [['okta.groups.manage'], 'okta.users.read', false],
    [['okta.users.manage'], 'okta.users.read.self', false],
    [['orders.manage'], 'orders.read', false],
    [[], 'okta.users.read', false],
  ])('%j for %s: %s', (granted, wanted, expected) => {
    expect(scopeCovers(granted, wanted)).toBe(expected)
  })
})

test('the bundles hold known scopes in order, and the roles their calls need', () => {
  for (const { scopes } of Object.values(scopeBundles)) {
    expect(said(scopes)).toBe(formatScopes(scopes))
  }
  expect(scopeBundles['access-management'].roles).toEqual(['APP_ADMIN', 'USER_ADMIN'])
  expect(scopeBundles['read-only'].roles).toEqual(['READ_ONLY_ADMIN'])
})
