/**
 * @module Every fault that the emulator can switch on, and what the doctor says to it: its name, its remedy, how sure it is,
 * and nothing else. docs/doctor.md has the same as a table.
 */

import { type Finding, isProblem } from '@postern/core'
import { faults } from '@postern/emulator'
import { describe, expect, test } from 'vitest'
import { type FaultFinding, faultFindings } from './doctor/fault-findings.ts'
import { diagnoseScene, problemsOf, type Scene } from './doctor/scene.ts'

test('every fault of the emulator has what the doctor says to it, or the reason why nothing', () => {
  const named = new Set(faultFindings.map(nameOf))
  expect(faults.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([])
})

describe('on a healthy org the doctor reports no problem', () => {
  const scenes: readonly Scene[] = [
    { what: 'for a service app' },
    { what: 'for a service app that requires DPoP', start: { dpopRequired: true } },
    { what: 'for an API token', credential: 'api-token' },
    {
      what: 'for a service app that changes things',
      start: { scopes: ['okta.users.manage', 'okta.apps.manage'], role: 'SUPER_ADMIN' },
    },
    { what: 'in an org with one user', start: { users: 1 } },
    { what: 'in an org with many', start: { users: 500 } },
  ]
  test.concurrent.each(scenes)('$what', async (scene) => {
    const findings = await diagnoseScene(scene)
    expect(problemsOf(findings)).toEqual([])
    expect(findings.filter(({ status }) => status === 'skipped' || status === 'unknown')).toEqual(
      [],
    )
  })
})

const told = faultFindings.map((expected) => [titleOf(expected), expected] as const)

describe('the doctor names each fault and nothing else', () => {
  test.concurrent.each(told)('%s', async (_title, expected) => {
    const findings = await diagnoseScene(expected.scene ?? {}, { fault: expected.fault })
    if ('nothing' in expected) {
      expect(problemsOf(findings)).toEqual([])
      return
    }
    const { remedy, ...finding } = expected.finding
    const others = findings.filter((found) => isProblem(found) && found.code !== finding.code)
    expect(others).toEqual([])
    expect(findings.filter(({ code }) => code === finding.code)).toEqual([
      expect.objectContaining(finding),
    ])
    expect(remedyOf(findings, finding.code)).toMatch(remedy ?? /^/)
  })
})

describe('wherever a disturbance happens, the doctor ends, and each problem has a remedy', () => {
  const disturbances = faults.filter(({ kind }) => kind === 'disturbance')
  test.concurrent.each(disturbances.map(({ name }) => name))('%s', async (name) => {
    for (const [credential, path] of [
      ['service-app', '/oauth2'],
      ['service-app', '/api/v1/users'],
      ['api-token', '/api/v1/users/me'],
      ['api-token', '/api'],
    ] as const) {
      const fault = { name, parameters: { path, ...(name === 'slow-body' && { waitMs: 0 }) } }
      const scene: Scene = { credential, options: { timeoutMs: 250 } }
      const findings = await diagnoseScene(scene, { fault })
      expect(findings.at(-1)?.check).toBe('answers')
      expect(problemsOf(findings).filter(({ remedy }) => remedy === undefined)).toEqual([])
    }
  })
})

describe('with an admin’s credential every likely finding about the app becomes proven', () => {
  const proven = told.filter(([, expected]) => 'proven' in expected && expected.proven)
  test.concurrent.each(proven)('%s', async (_title, expected) => {
    if (!('proven' in expected) || expected.proven === undefined) return
    const findings = await diagnoseScene(expected.scene ?? {}, {
      fault: expected.fault,
      admin: true,
    })
    const { code, remedy } = expected.proven
    expect(problemsOf(findings)).toEqual([
      expect.objectContaining({ code, status: 'failed', certainty: 'proven' }),
    ])
    expect(remedyOf(findings, code)).toMatch(remedy ?? /^/)
  })

  test('of a service app none is left that is only likely', () => {
    const left = faultFindings.filter(
      (expected) =>
        'finding' in expected &&
        expected.finding.certainty === 'likely' &&
        expected.scene?.credential !== 'api-token' &&
        expected.proven === undefined,
    )
    expect(left.map(({ fault }) => fault)).toEqual(['log-late'])
  })
})

function nameOf({ fault }: FaultFinding): string {
  return fault.split('=')[0] ?? ''
}

function titleOf({ fault, scene }: FaultFinding): string {
  return scene?.what === undefined ? fault : `${fault}: ${scene.what}`
}

function remedyOf(findings: readonly Finding[], code: string): string {
  return findings.find((finding) => finding.code === code)?.remedy ?? ''
}
