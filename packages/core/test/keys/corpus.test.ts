import { importKey, KeyError, type PrivateKey, signingAlgs } from '@postern/core'
import { describe, expect, test } from 'vitest'
import {
  bytesOf,
  type CorpusAnswer,
  type CorpusCase,
  loadCases,
} from '../../../../test/bad-inputs/load.mjs'
import { leakOf, nodePrimeTest } from './pool.ts'

const cases = loadCases().filter(({ category }) => category === 'private_key')

// README of the corpus, rule 2; five times, because the machine that runs the tests does other things too.
const MACHINE_FACTOR = 5
const SHAPE_MS = 50 * MACHINE_FACTOR
const VALIDATION_MS = 500 * MACHINE_FACTOR
const MAX_ADDED_BYTES = 200 * 1024 * 1024

describe('every key of the corpus is answered as it says', () => {
  test('the corpus has key cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(69)
  })

  test.each(cases)('$id: $title', async (keyCase) => {
    const bytes: Uint8Array = bytesOf(keyCase.input)
    const memoryBefore = process.memoryUsage.rss()
    const cpuBefore = process.cpuUsage()
    const outcome = await outcomeOf(bytes, keyCase.context)
    const cpu = process.cpuUsage(cpuBefore)
    const cpuMs = (cpu.user + cpu.system) / 1_000
    const answers = [keyCase.expect, ...(keyCase.also ?? [])]
    expect(answers.map((answer) => difference(outcome, answer))).toContain('')
    expect(cpuMs).toBeLessThan(isLight(outcome) ? SHAPE_MS : VALIDATION_MS)
    expect(process.memoryUsage.rss() - memoryBefore).toBeLessThan(MAX_ADDED_BYTES)
    if (outcome instanceof KeyError) expect(leakOf(outcome, bytes)).toBe('')
  })

  test.each(
    cases.filter(({ input }) => typeof input === 'object' && input !== null && 'text' in input),
  )('$id as a string: $title', async (keyCase) => {
    const text = Buffer.from(bytesOf(keyCase.input)).toString('utf8')
    const outcome = await outcomeOf(text, keyCase.context)
    const answers = [keyCase.expect, ...(keyCase.also ?? [])]
    expect(answers.map((answer) => difference(outcome, answer))).toContain('')
  })
})

async function outcomeOf(
  input: Uint8Array | string,
  context: CorpusCase['context'],
): Promise<PrivateKey | KeyError> {
  const { alg, kid } = context ?? {}
  try {
    return await importKey(input, {
      kid: typeof kid === 'string' ? kid : undefined,
      alg: signingAlgs.find((known) => known === alg),
      isProbablePrime: nodePrimeTest,
    })
  } catch (error) {
    if (error instanceof KeyError) return error
    throw error
  }
}

/** Empty where the outcome is the answer; else what differs. */
function difference(outcome: PrivateKey | KeyError, answer: CorpusAnswer): string {
  if (answer.outcome === 'rejected') {
    if (!(outcome instanceof KeyError)) return 'accepted'
    if (outcome.code !== answer.code) return `code ${outcome.code}`
    const { detail } = outcome.details
    return answer.detail === undefined || detail === answer.detail ? '' : `detail ${detail}`
  }
  if (outcome instanceof KeyError) return `refused with ${outcome.code}`
  const { kid, kidWhenNull: _note, publicJwk, ...members } = Object(answer.normalised)
  const codes = new Set<string>(outcome.warnings.map(({ code }) => code))
  return [
    ...differing(outcome, { ...members, kid: kid ?? outcome.thumbprint, kidGiven: kid !== null }),
    ...differing(outcome.publicJwk, publicJwk),
    ...(answer.warnings ?? []).filter((code) => !codes.has(code)),
  ].join(', ')
}

function differing(actual: object, expected: object): readonly string[] {
  return Object.entries(expected)
    .filter(([name, value]) => Reflect.get(actual, name) !== value)
    .map(([name]) => name)
}

const HEAVY_CODES = ['key_parts_inconsistent', 'key_modulus_invalid']

/** A refusal by shape or size, without arithmetic on a whole key. */
function isLight(outcome: PrivateKey | KeyError): boolean {
  return outcome instanceof KeyError && !HEAVY_CODES.includes(outcome.code)
}
