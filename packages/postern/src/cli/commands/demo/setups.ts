/** @module The connections of a demo: service apps that `setup` makes, and what the doctor finds of them. */

import { type Finding, isProblem } from '@postern/core'
import type { ShownSetup } from '../../../connections/setup-result.ts'
import type { ApiClient } from '../../api-client.ts'
import { ApiProblem } from '../../api-problem.ts'
import { showPlain } from '../../output.ts'
import type { ShownProgress } from '../setup-output.ts'
import type { Told } from './told.ts'

/** A connection that a demo makes. */
export interface WantedConnection {
  readonly name: string
  readonly orgUrl: string
  readonly bundle: 'read-only' | 'access-management'
  readonly description: string
}

/** Makes the service app of a connection and keeps it; nothing where it is kept already. @returns whether it was made now. */
export async function setUp(
  api: ApiClient,
  wanted: WantedConnection,
  adminToken: string,
  told: Told,
): Promise<boolean> {
  if (await isKept(api, wanted.name)) {
    told.line('It is kept since the demo ran before.')
    return false
  }
  const lines = api.stream<ShownProgress, ShownSetup>('POST', '/v1/setup/apply', {
    ...wanted,
    adminToken,
  })
  for (;;) {
    const { done, value } = await lines.next()
    if (done) {
      told.working(undefined)
      told.line(`Client ID  ${value.clientId}, its key sealed in the store`)
      told.line(`Token      ${value.dpopRequired ? 'DPoP required, and used' : value.tokenType}`)
      told.line(`Scopes     ${value.scopes.join(' ')}`)
      told.line(`Role       ${value.roles.join(', ')}`)
      return true
    }
    // What follows the beginning of a step has no number.
    if (value.event === 'begun')
      told.working(`${value.number ?? 0}/${value.of ?? 0} ${showPlain(value.step.title)}`)
  }
}

/** Lets the doctor look at a connection. @returns how many problems there are. */
export async function examine(api: ApiClient, name: string, told: Told): Promise<number> {
  const { findings } = await api.call<{ readonly findings: readonly Finding[] }>(
    'POST',
    `/v1/connections/${name}/doctor`,
  )
  const problems = findings.filter(isProblem)
  for (const { observed, remedy } of problems) {
    told.line(showPlain(observed))
    told.line(`fix ${showPlain(remedy ?? '')}`)
  }
  const checks = new Set(findings.map(({ check }) => check)).size
  if (problems.length === 0) told.line(`No problem was found, by ${checks} checks.`)
  return problems.length
}

async function isKept(api: ApiClient, name: string): Promise<boolean> {
  try {
    await api.call('GET', `/v1/connections/${name}`)
    return true
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'connection_not_found') return false
    throw error
  }
}
