/** @module A setup against an emulated org: carried out, stopped at any request, gone on with, and undone. */

import {
  applySetup,
  type Credential,
  fetchTransport,
  generateKey,
  newSetupState,
  type Org,
  type PlanSetupOptions,
  type PrivateKey,
  parseSetupState,
  planSetup,
  type SetupProgress,
  type SetupResult,
  type SetupState,
  type Transport,
  undoSetup,
} from '@postern/core'
import type { StartOptions } from '@postern/emulator'
import { type ClientOptions, type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { type KeySetServer, startKeySetServer } from '../../../../test/key-set-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'

/** The key of every setup of a test file: making one takes time. TEST KEY. */
export const setupKey: PrivateKey = await generateKey({ alg: 'ES256', kid: 'setup-key' })

/** A disk of which only what was saved survives. */
export interface SetupScenario extends EmulatedOrg {
  readonly clock: TestClock
  readonly keySet: KeySetServer
  /** What was kept last, as it would be read from a file. */
  readonly kept: () => SetupState
  readonly saves: readonly SetupState[]
  readonly progress: readonly SetupProgress[]
  /** Goes on with what was kept. @param stopAfter - the number of requests after which the process is gone. */
  run(options?: { readonly stopAfter?: number; readonly admin?: Org }): Promise<SetupResult>
  undo(options?: { readonly stopAfter?: number; readonly admin?: Org }): Promise<SetupState>
  /** The requests of all runs. */
  readonly requests: readonly string[]
}

type PartialPlan = Partial<PlanSetupOptions>

/** Options of {@link setupScenario}. */
export interface ScenarioOptions {
  readonly org?: StartOptions
  /** What is planned; a function for what the org has to have first. */
  readonly plan?: PartialPlan | ((org: EmulatedOrg) => Promise<PartialPlan>)
  /** Told what happens beside what the scenario keeps. */
  readonly onProgress?: (progress: SetupProgress, scenario: EmulatedOrg) => void
  /** The key is fetched from a URL, where it is published already. */
  readonly keyUrl?: true
}

/** Starts an org and plans a setup of it. */
export async function setupScenario(options: ScenarioOptions = {}): Promise<SetupScenario> {
  const clock = new TestClock()
  const keySet = await startKeySetServer()
  const org = await emulatedOrg(
    { edition: 'unlimited', keyType: 'EC', clock, ...options.org },
    { clock },
  )
  if (options.keyUrl) keySet.publish([setupKey.publicJwk])
  const plan = planSetup({
    name: 'acme',
    org: org.admin.url,
    publicJwk: setupKey.publicJwk,
    scopes: ['okta.users.read', 'okta.logs.read'],
    roles: [{ type: 'READ_ONLY_ADMIN' }],
    ...(options.keyUrl ? { jwksUri: keySet.url } : {}),
    ...(typeof options.plan === 'function' ? await options.plan(org) : options.plan),
  })
  let disk = JSON.stringify(newSetupState(plan))
  const saves: SetupState[] = []
  const progress: SetupProgress[] = []
  const requests: string[] = []
  const save = async (state: SetupState) => {
    disk = JSON.stringify(state)
    saves.push(state)
  }
  const during = (stopAfter: number | undefined, admin: Org | undefined) => {
    const crash = new AbortController()
    const transport = crashingTransport(crash, stopAfter, requests)
    const open = (more: ClientOptions = {}) => org.client({ transport, ...more })
    const apiToken = org.admin.authorizer
    return {
      admin: admin ?? open({ authorizer: apiToken }),
      openOrg: (credential: Credential) => open({ credential }),
      signal: crash.signal,
      transport,
      save: async (state: SetupState) => {
        crash.signal.throwIfAborted()
        await save(state)
      },
      clock,
    }
  }
  return {
    ...org,
    clock,
    keySet,
    kept: () => parseSetupState(JSON.parse(disk)),
    saves,
    progress,
    requests,
    run: ({ stopAfter, admin } = {}) =>
      applySetup(parseSetupState(JSON.parse(disk)), {
        ...during(stopAfter, admin),
        key: setupKey,
        onProgress: (event) => {
          progress.push(event)
          options.onProgress?.(event, org)
        },
      }),
    undo: ({ stopAfter, admin } = {}) =>
      undoSetup(parseSetupState(JSON.parse(disk)), during(stopAfter, admin)),
  }
}

/** Lets so many requests through to the org, and the process is gone before the answer of the last one is read. */
function crashingTransport(
  crash: AbortController,
  stopAfter: number | undefined,
  requests: string[],
): Transport {
  let count = 0
  return async (request) => {
    crash.signal.throwIfAborted()
    count++
    requests.push(`${request.method} ${new URL(request.url).pathname}`)
    // Without the signal, which would keep the org from getting the last one.
    const { signal: _signal, ...sent } = request
    const answer = await fetchTransport(sent)
    if (count === stopAfter) {
      await answer.body?.[Symbol.asyncIterator]().return?.()
      crash.abort()
      crash.signal.throwIfAborted()
    }
    return answer
  }
}
