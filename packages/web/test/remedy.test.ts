import { checks, knownRefusals } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { remedies as ofDoctor } from '../../core/src/doctor/problems.ts'
import { checksOf } from '../src/connect/check-rows.ts'
import { fromHere, remedyOf } from '../src/remedy.ts'
import { texts } from '../src/texts.ts'

// A person on the page has no command line, and another machine than the one that signs in.
const OF_ANOTHER_PLACE = /--[a-z]|\bpostern [a-z]|\b[Tt]his machine\b/

describe('what the page says to do', () => {
  test.each(Object.entries(ofDoctor))('about %s fits a page', (code, remedy) => {
    expect(remedyOf({ code, remedy })).not.toMatch(OF_ANOTHER_PLACE)
  })

  test.each(knownRefusals.map(({ code, detail, remedy }) => [code, detail, remedy] as const))(
    'about the refusal %s (%s) fits a page',
    (code, _detail, remedy) => {
      expect(remedyOf({ code, remedy })).not.toMatch(OF_ANOTHER_PLACE)
    },
  )

  test('in its own words fits a page too', () => {
    for (const remedy of Object.values(texts.remedies)) {
      expect(remedy).not.toMatch(OF_ANOTHER_PLACE)
    }
  })

  test('is what core says where that fits', () => {
    const remedy = 'Activate the key in PUBLIC KEYS.'
    expect(remedyOf({ code: 'key_inactive', remedy })).toBe(remedy)
    expect(remedyOf({ code: 'toString', remedy })).toBe(remedy)
    expect(remedyOf({ code: 'key_inactive' })).toBeUndefined()
  })

  test('is said to whoever runs Postern where only they can do it', () => {
    const remedy = 'Let the x-rate-limit headers pass through the proxy.'
    expect(remedyOf({ code: 'rate_headers_missing', remedy })).toBe(
      `For whoever runs Postern: ${remedy}`,
    )
  })

  test('calls the machine that signs in by its name', () => {
    expect(fromHere("This machine's clock is 412 s ahead of the org's.")).toBe(
      "The Postern server's clock is 412 s ahead of the org's.",
    )
  })
})

describe('the checks that the page names', () => {
  test.each(['service-app', 'api-token'] as const)('are those of core for a %s', (kind) => {
    const made = checks
      .filter(({ name, credential = kind }) => credential === kind && name !== 'admin')
      .map(({ name }) => name)
    expect(checksOf(kind)).toEqual(made)
  })
})
