/** @module A walk through a row of the five documents: an emulated org, and the command as a person runs it there. */

import { writeFileSync } from 'node:fs'
import { type Finding, isProblem, Org, Secret } from '@postern/core'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import { createPlace, type Place, type RunResult } from '../../packages/postern/test/cli/run.ts'

/** What the doctor said. */
export interface Diagnosis {
  readonly code: number | null
  readonly findings: readonly Finding[]
  /** The findings that somebody has to do something about. */
  readonly problems: readonly Finding[]
}

/** An org, and somebody at a command line. `env:ADMIN` is the API token of its first Super Admin. */
export interface Walk {
  readonly running: RunningOrg
  /** A client that signs in as that Super Admin. */
  readonly admin: Org
  readonly place: Place
  /** The flags of the ready service app. */
  readonly connection: readonly string[]
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunResult>
  /** Runs `postern setup acme` into the folder `acme`, with the API token of that Super Admin. */
  setup(flags?: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunResult>
  /** Runs `postern doctor`. @param flags - those given later win over those of the connection. */
  doctor(flags?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Diagnosis>
}

/** Starts a walk, which ends with the test. */
export async function startWalk(options: StartOptions = {}): Promise<Walk> {
  const running = await startOrg({ users: 3, keyType: 'EC', edition: 'unlimited', ...options })
  onTestFinished(running.close)
  const place = createPlace()
  onTestFinished(place.remove)
  const { url, app, adminToken } = running
  writeFileSync(place.path('app.jwk'), JSON.stringify(app.key), { mode: 0o600 })
  const run: Walk['run'] = (args, env = {}) =>
    place.run(args, { env: { ADMIN: adminToken, ...env } })
  const connection = [
    ...['--org', url, '--client-id', app.clientId, '--key', 'app.jwk'],
    ...['--scopes', app.scopes.join(' ')],
  ]
  const apiToken = new Secret(adminToken)
  return {
    running,
    admin: new Org({ url, dev: true, credential: { kind: 'api-token', apiToken } }),
    place,
    connection,
    run,
    setup: (flags = [], env = {}) => {
      const named = ['setup', 'acme', '--org', url, '--out', 'acme', '--admin-token', 'env:ADMIN']
      return run([...named, ...flags], env)
    },
    async doctor(flags = [], env = {}) {
      const { code, stdout } = await run(
        ['doctor', ...connection, ...flags, '--output', 'json'],
        env,
      )
      const findings: readonly Finding[] = JSON.parse(stdout)
      return { code, findings, problems: findings.filter(isProblem) }
    },
  }
}

/** The codes of findings, in their order. */
export function codesOf(findings: readonly Finding[]): readonly (string | undefined)[] {
  return findings.map(({ code }) => code)
}
