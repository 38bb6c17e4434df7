/** @module A client of a scripted server, with a clock that the test moves. */

import { type Credential, Org, type OrgStep, Secret } from '@postern/core'
import { onTestFinished } from 'vitest'
import type { ClientOptions } from './emulated-org.ts'
import { type Script, type ScriptedServer, startScriptedServer } from './scripted-server.ts'
import { TestClock } from './test-clock.ts'

/** What a scenario gives the test to look at. */
export interface OrgScenario {
  readonly org: Org
  readonly server: ScriptedServer
  readonly clock: TestClock
  /** The attempts that failed. */
  readonly steps: readonly OrgStep[]
  /** One more client of the same server. */
  readonly client: (more?: ClientOptions) => Org
}

// Made for tests; no org knows it.
const credential: Credential = {
  kind: 'api-token',
  apiToken: new Secret(`00${'TestToken0'.repeat(4)}`),
}

/** Starts a scripted server and a client that asks it with an API token; both end with the test. */
export async function orgScenario(
  script: Script,
  options: ClientOptions & { readonly clock?: TestClock } = {},
): Promise<OrgScenario> {
  const server = await startScriptedServer(script)
  onTestFinished(server.close)
  const clock = options.clock ?? new TestClock()
  const steps: OrgStep[] = []
  const client = (more: ClientOptions = {}) =>
    new Org({
      ...{ url: server.orgUrl, dev: true, credential, random: () => 0.5 },
      onStep: (step) => steps.push(step),
      ...options,
      clock,
      ...more,
    })
  return { org: client(), server, clock, steps, client }
}
