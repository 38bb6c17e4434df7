/**
 * @module Every parser there is, before any input: it gives a value, or an error with a code and a remedy, in bounded time, and
 * says no secret back.
 */

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everythingShown, leaksIn } from './canary.ts'
import { answerTargets } from './parsers/answer-targets.ts'
import { cliTargets } from './parsers/cli-targets.ts'
import { configTargets } from './parsers/config-targets.ts'
import { emulatorTargets } from './parsers/emulator-targets.ts'
import { excused } from './parsers/excused.ts'
import { inputsOf, PLANTED } from './parsers/inputs.ts'
import { keyTargets } from './parsers/key-targets.ts'
import { serverTargets } from './parsers/server-targets.ts'
import type { Target } from './parsers/target.ts'
import { textTargets } from './parsers/text-targets.ts'
import { PROOF_TIMEOUT_MS, parametersOf, tellProof } from './proof.ts'

const targets = [
  ...[...keyTargets, ...textTargets, ...answerTargets],
  ...[...configTargets, ...cliTargets, ...serverTargets, ...emulatorTargets],
]
// Of each parser; a whole proof plays 1,000.
const FEW = 10
const SHARE = 1 / targets.length
const MAX_CPU_MS = 5_000

describe('ends in a value or in an error with a remedy', () => {
  test.each(targets.map((target) => [target.of, target] as const))(
    '%s',
    { timeout: PROOF_TIMEOUT_MS },
    async (of, target) => {
      const seen = { taken: 0, refused: 0 }
      let cases = 0
      let wrong = 0
      try {
        await fc.assert(
          fc.asyncProperty(inputsOf(target), async (input) => {
            cases += 1
            const outcome = await tryOne(target, input)
            seen[outcome] += 1
          }),
          parametersOf(FEW, SHARE),
        )
      } catch (error) {
        wrong += 1
        throw error
      } finally {
        tellProof(of, { cases, seen, wrong: { wrong } })
      }
    },
  )
})

/** Whether an input is taken. Fails where neither a value nor a fit error comes, or it takes too long. */
async function tryOne(target: Target, input: unknown): Promise<'taken' | 'refused'> {
  const before = process.cpuUsage()
  const outcome = await outcomeOf(target, input)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS)
  if ('error' in outcome) {
    requireFit(outcome.error, target)
    return 'refused'
  }
  target.holds?.(outcome.value as never, input as never)
  return 'taken'
}

async function outcomeOf(
  target: Target,
  input: unknown,
): Promise<{ readonly value: unknown } | { readonly error: unknown }> {
  try {
    return { value: await target.parse(input as never) }
  } catch (error) {
    return { error }
  }
}

function requireFit(error: unknown, { alsoThrows, isSecret }: Target): void {
  const { name, code, remedy, message } = Object(error)
  if (!alsoThrows.includes(name)) {
    if (typeof code !== 'string' || typeof remedy !== 'string') throw error
    expect(code).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/)
    expect([message, remedy]).not.toContain('')
  }
  if (isSecret) expect(leaksIn(everythingShown(error), { PLANTED })).toEqual([])
}

describe('the list', () => {
  const root = fileURLToPath(new URL('../packages', import.meta.url))
  const found = ['core', 'postern', 'emulator'].flatMap((name) => parsersIn(root, `${name}/src`))
  const known = new Set(targets.map(({ of }) => of))

  test('has every function whose name says that it parses, or says why not', () => {
    const missing = found.filter(
      (one) => !known.has(one) && !excused.some(({ which }) => which.test(one)),
    )
    expect(missing).toEqual([])
  })

  test('excuses nothing that is not there, or that has a target', () => {
    const idle = excused.filter(({ which }) => !found.some((one) => which.test(one)))
    expect(idle).toEqual([])
    expect(new Set(targets.map(({ of }) => of)).size).toBe(targets.length)
  })
})

/** `core/src/url/org.ts parseOrgUrl`, for every exported function of such a name. */
function parsersIn(root: string, folder: string): readonly string[] {
  // What the emulator reads of requests is parsed over HTTP in its own tests.
  const verbs = folder.startsWith('emulator') ? 'parse|decode' : 'parse|read|decode|split|import'
  const pattern = new RegExp(`^export (?:async )?function\\*? ((?:${verbs})[A-Z]\\w*)`, 'gm')
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const at = path.join(folder, file)
      const names = readFileSync(path.join(root, at), 'utf8').matchAll(pattern)
      return [...names].map(([, name]) => `${at} ${name}`)
    })
}
