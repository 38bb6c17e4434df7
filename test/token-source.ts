/** @module A token source against a scripted server, with a clock that the test moves. */

import {
  parseOrgUrl,
  type ServiceAppCredential,
  TokenSource,
  type TokenSourceOptions,
  type TokenStep,
} from '@postern/core'
import { onTestFinished } from 'vitest'
import { type Script, type ScriptedServer, startScriptedServer } from './scripted-server.ts'
import { TestClock } from './test-clock.ts'
import { testSigner } from './test-signer.ts'

const key = await testSigner()

/** What a scenario gives the test to look at. */
export interface TokenScenario {
  readonly source: TokenSource
  readonly server: ScriptedServer
  readonly clock: TestClock
  readonly steps: readonly TokenStep[]
}

/** Starts a scripted server and a source that asks it; both end with the test. */
export async function tokenScenario(
  script: Script,
  choices: Partial<ServiceAppCredential> = {},
  options: Partial<TokenSourceOptions> & { readonly clock?: TestClock } = {},
): Promise<TokenScenario> {
  const server = await startScriptedServer(script)
  onTestFinished(server.close)
  const clock = options.clock ?? new TestClock()
  const steps: TokenStep[] = []
  const source = new TokenSource({
    org: parseOrgUrl(server.orgUrl, { dev: true }).org,
    credential: {
      kind: 'service-app',
      clientId: '0oaTEST0000000000Tst',
      key,
      scopes: ['okta.users.read'],
      ...choices,
    },
    random: () => 0.5,
    onStep: (step) => steps.push(step),
    ...options,
    clock,
  })
  return { source, server, clock, steps }
}
