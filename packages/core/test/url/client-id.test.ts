import { ClientIdError, parseClientId } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answer, corpusOf, cpuMs, isAllowed, printed } from './corpus.ts'

const usual = '0oaTEST0000000000Tst'

function answerTo(text: string): Answer {
  try {
    const { clientId, warnings } = parseClientId(text)
    return { outcome: 'accepted', normalised: clientId, warnings }
  } catch (error) {
    if (error instanceof ClientIdError) return { outcome: 'rejected', error }
    throw error
  }
}

/** `client-id warning…`, or the code and what the text looks like. */
function said(text: string): string {
  const answer = answerTo(text)
  if (answer.outcome === 'rejected') {
    const { detail } = answer.error.details
    return [answer.error.code, detail].filter((word) => word !== undefined).join(' ')
  }
  const codes = answer.warnings.map(({ code }) => code.replace('client_id_', ''))
  return [String(answer.normalised), ...codes].join(' ')
}

describe('parseClientId answers the corpus as expected', () => {
  test.each(corpusOf('client_id').map((one) => [one.id, one.title, one] as const))(
    '%s %s',
    (...row) => {
      const { text, allowed } = row[2]
      const answer = answerTo(text)
      expect(isAllowed(answer, allowed), JSON.stringify(answer)).toBe(true)
      expect(cpuMs(() => parseClientId(text))).toBeLessThan(50)
      if (answer.outcome === 'rejected' && text.length >= 4) {
        expect(printed(answer.error)).not.toContain(text)
      }
    },
  )
})

const accepted: readonly (readonly [string, string])[] = [
  [`\r\n\r\n  ${usual} \n`, usual],
  ['postern-acme-app-0123456789abcdef', 'postern-acme-app-0123456789abcdef'],
  ['postern-ACME-0123456789abcdef', 'postern-ACME-0123456789abcdef custom'],
  [`${usual}\r\n`, usual],
  [`\ufeff${usual}\r\n`, `${usual} invisible_removed`],
  [`\u00a0${usual}\u3000`, `${usual} invisible_removed`],
  [`'${usual}'`, `${usual} unquoted`],
  [`“${usual}”`, `${usual} unquoted`],
  [`\`${usual}\``, `${usual} unquoted`],
  [`"clientId": "${usual}",`, `${usual} label_removed unquoted`],
  [`client_id=${usual}`, `${usual} label_removed`],
  [`Client ID ${usual}`, `${usual} label_removed`],
  [`export OKTA_CLIENT_CLIENTID=${usual}`, `${usual} label_removed`],
  [`OKTA_API_CLIENT_ID=${usual}`, `${usual} label_removed`],
  [`0oa\u200bTEST\u00ad0000000000Tst\u2060`, `${usual} invisible_removed`],
  ['postern-service_app.1', 'postern-service_app.1 custom'],
  ["$-_.+!*'(),", "$-_.+!*'(), custom"],
  ['0oaTEST000000000Tst', '0oaTEST000000000Tst custom'],
  ['a'.repeat(6), 'aaaaaa custom'],
  ['a'.repeat(100), `${'a'.repeat(100)} custom`],
  ['client_identity', 'client_identity custom'],
]

const refused: readonly (readonly [string, string])[] = [
  [' \n', 'client_id_empty'],
  ['""', 'client_id_empty'],
  ['\u200b', 'client_id_empty'],
  ['a'.repeat(5), 'client_id_invalid'],
  ['a'.repeat(101), 'client_id_invalid'],
  ['a'.repeat(5_000), 'client_id_invalid'],
  ['ALL_CLIENTS', 'client_id_invalid'],
  ['0oaTEST0000 000000Tst', 'client_id_invalid'],
  ['0oaTEST0000\x000000Tst', 'client_id_invalid'],
  ['0оaTEST0000000000Tst', 'client_id_invalid'],
  [`"${usual}`, 'client_id_invalid'],
  [`${usual} ${usual}`, 'client_id_invalid'],
  [`${usual},${usual}`, 'client_id_invalid'],
  ['undefined', 'client_id_looks_wrong placeholder'],
  ['[object Object]', 'client_id_looks_wrong placeholder'],
  ['admin@acme.example', 'client_id_looks_wrong email'],
  ['https://acme.okta.com', 'client_id_looks_wrong url'],
  ['acme-admin.okta.com', 'client_id_looks_wrong url'],
  ['eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl', 'client_id_looks_wrong jwt'],
  ['SSWS 00abcDEFghiJKLmnoPQRstuVWXyz0123456789_-ab', 'client_id_looks_wrong api token'],
  ['00abcDEFghiJKLmnoPQRstuVWXyz0123456789_-ab', 'client_id_looks_wrong api token'],
  ['-----BEGIN PRIVATE KEY-----\nMIIE', 'client_id_looks_wrong private key'],
  ['{"kty":"RSA","n":"x"}', 'client_id_looks_wrong jwk'],
  [`${'aB3'.repeat(13)}x`, 'client_id_looks_wrong client secret'],
  [`${'aB3-'.repeat(16)}`, 'client_id_looks_wrong client secret'],
  ['okta.users.read', 'client_id_looks_wrong scope'],
  ['00uTEST0000000000Tst', 'client_id_looks_wrong user id'],
  ['00gTEST0000000000Tst', 'client_id_looks_wrong group id'],
  ['00oTEST0000000000Tst', 'client_id_looks_wrong org id'],
  ['ausTEST0000000000Tst', 'client_id_looks_wrong authorization server id'],
  ['{yourClientId}', 'client_id_looks_wrong placeholder'],
  ['YOUR_CLIENT_ID', 'client_id_looks_wrong placeholder'],
  ['<client_id>', 'client_id_looks_wrong placeholder'],
  ['$OKTA_CLIENT_ID', 'client_id_looks_wrong placeholder'],
  ['-----END PRIVATE KEY-----', 'client_id_looks_wrong private key'],
  ['{"n":"x", "kty":"RSA"}', 'client_id_looks_wrong jwk'],
  ['[{"n":"x"},\n{"kty":"RSA"}]', 'client_id_looks_wrong jwk'],
  ['x{"kty":"RSA"}', 'client_id_invalid'],
  ['ssws x', 'client_id_looks_wrong api token'],
  ['a@b@c.example', 'client_id_invalid'],
  ['a@c.example x', 'client_id_invalid'],
  [`${'B3a'.repeat(13)}x`, 'client_id_looks_wrong client secret'],
  [`${'3aB'.repeat(13)}x`, 'client_id_looks_wrong client secret'],
  [`${'aa3B'.repeat(10)}`, 'client_id_looks_wrong client secret'],
  ['acme.okta.com/app', 'client_id_looks_wrong url'],
]

const chosen: readonly string[] = [
  ...['00u', '00g', '00o', 'aus'].flatMap((kind) => [
    `x${kind}TEST0000000000Tst`,
    `${kind}TEST0000000000Tst0`,
    `${kind}TEST000000000Tst`,
  ]),
  ...['aB3'.repeat(13), `${'aB3'.repeat(13)}xy`, `.${'aB3'.repeat(13)}x`],
  ...['ab3', 'AB3', 'abC'].map((three) => `${three}${three.repeat(12)}${three[0]}`),
  'x.eyJhbGciOiJSUzI1NiJ9',
  'eyJhbGciOiJSUzI1NiJ9+x',
  'eyJhbc',
  'x00abcDEFghiJKLmnoPQRstuVWXyz0123456789_-ab',
  '00abcDEFghiJKLmnoPQRstuVWXyz0123456789_-abc',
  'my-SSWS-app',
  'my-undefined',
  'my.acme.okta.com',
  'acme.okta.com.app',
  'acme.oktaxcom',
  'x.okta.users.read',
  'okta.users.reader',
  'your-client-id-2',
  'x-your-client-id',
]

describe('parseClientId', () => {
  test.each(accepted)('%j is %s', (text, expected) => {
    expect(said(text)).toBe(expected)
  })

  test.each(refused)('%j is %s', (text, expected) => {
    expect(said(text)).toBe(expected)
    const answer = answerTo(text)
    if (answer.outcome === 'accepted' || text.trim().length < 6) return
    expect(printed(answer.error)).not.toContain(text.trim().slice(0, 16))
  })

  test.each([
    ['aaaaa', 'The text has 5 characters.'],
    ['a'.repeat(5_000), 'The text has 5000 characters.'],
    ['a b', expect.stringContaining('more than one')],
    ['é', expect.stringContaining('more than one')],
    ['"aaaaaa', expect.stringContaining('more than one')],
    ['ALL_CLIENTS', expect.stringContaining('every client')],
  ])('%j is refused with what was found', (text, message) => {
    expect(answerTo(text)).toMatchObject({ error: { message } })
  })

  test.each(chosen)('%s is one that was chosen: it only resembles something else', (text) => {
    expect(said(text)).toBe(`${text} custom`)
  })

  test('every code and every warning has a case here', () => {
    expect(new Set(refused.map(([, answer]) => answer.split(' ')[0]))).toEqual(
      new Set(['client_id_empty', 'client_id_invalid', 'client_id_looks_wrong']),
    )
    expect(new Set(accepted.flatMap(([, answer]) => answer.split(' ').slice(1)))).toEqual(
      new Set(['unquoted', 'custom', 'label_removed', 'invisible_removed']),
    )
  })

  test('any text ends in a client ID that reads back as itself, or in a ClientIdError', () => {
    const piece = fc.constantFrom(
      ...[
        '0oa',
        usual,
        'TEST',
        '"',
        "'",
        '“',
        '”',
        'Client ID',
        'client_id',
        ':',
        '=',
        ' ',
        '\n',
        '@',
        '.',
        '-',
      ],
      ...[
        '\u200b',
        '\ufeff',
        '\u202e',
        'eyJ',
        'SSWS ',
        '00',
        '://',
        '{',
        '}',
        '<',
        '>',
        'ALL_CLIENTS',
        '*',
        ',',
      ],
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.stringMatching(/^[A-Za-z0-9$\-_.+!*'(),]{4,110}$/),
    )
    let valid = 0
    const before = process.cpuUsage()
    fc.assert(
      fc.property(text, (candidate) => {
        const answer = answerTo(candidate)
        if (answer.outcome === 'rejected') return
        valid++
        expect(answer.normalised).toMatch(/^[A-Za-z0-9$\-_.+!*'(),]{6,100}$/)
        const again = answerTo(String(answer.normalised))
        const isQuotedInside = /^'[^']*'[,;]?$/.test(String(answer.normalised))
        if (!isQuotedInside) expect(again).toMatchObject({ normalised: answer.normalised })
      }),
      { numRuns: 100_000 },
    )
    expect(valid).toBeGreaterThan(10_000)
    expect(process.cpuUsage(before).user / 1_000 / 100_000).toBeLessThan(1)
  }, 120_000)
})
