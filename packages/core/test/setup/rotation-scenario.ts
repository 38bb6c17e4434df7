/** @module A rotation against an emulated org: carried out, stopped at any request, gone on with, and taken back. */

import {
  applyRotation,
  createApp,
  fetchTransport,
  finishRotation,
  generateKey,
  grantScopes,
  type Org,
  type PrivateKey,
  type PublicJwk,
  parseRotationState,
  planRotation,
  type RotationContext,
  type RotationPlan,
  type RotationProgress,
  type RotationState,
  rollBackRotation,
  type ServiceAppCredential,
  type Transport,
} from '@postern/core'
import type { StartOptions } from '@postern/emulator'
import { type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { type KeySetServer, startKeySetServer } from '../../../../test/key-set-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'

/** The keys of every rotation of a test file. TEST KEYS. */
export const oldKey: PrivateKey = await generateKey({ alg: 'ES256', kid: 'old-key' })
export const newKey: PrivateKey = await generateKey({ alg: 'ES256', kid: 'new-key' })

/** An app with the old key, and a disk of which only what was saved survives. */
export interface RotationScenario extends EmulatedOrg {
  readonly clock: TestClock
  readonly appId: string
  readonly clientId: string
  readonly keySet: KeySetServer
  readonly requests: readonly string[]
  readonly progress: readonly RotationProgress[]
  readonly kept: () => RotationState
  /** The kid of the key that the disk names as the one in use. */
  readonly inUse: () => string
  /** The credential of the app with the key that is in use now. */
  readonly current: () => ServiceAppCredential
  rotate(options?: RunOptions): Promise<RotationState>
  finish(options?: RunOptions): Promise<RotationState>
  rollBack(options?: RunOptions): Promise<RotationState>
  /** The kids of the app's keys in Okta with their status. */
  keys(): Promise<Readonly<Record<string, boolean>>>
}

/** How one run goes. */
export interface RunOptions extends Partial<Pick<RotationContext, 'switchKey'>> {
  /** The number of requests after which the process is gone. */
  readonly stopAfter?: number
  readonly admin?: Org | undefined
  readonly until?: 'switched' | 'retired'
  readonly onRequest?: (request: string) => void
}

/** Options of {@link rotationScenario}. */
export interface ScenarioOptions {
  readonly org?: StartOptions
  readonly keyUrl?: true
  /** Nobody publishes what is written. */
  readonly unpublished?: true
  readonly plan?: Partial<RotationPlan>
  readonly dpopRequired?: boolean
}

/** Starts an org with an app that has the old key. */
export async function rotationScenario(options: ScenarioOptions = {}): Promise<RotationScenario> {
  const clock = new TestClock()
  const keySet = await startKeySetServer()
  keySet.publish([oldKey.publicJwk])
  const org = await emulatedOrg(
    { edition: 'unlimited', keyType: 'EC', clock, ...options.org },
    { clock },
  )
  const clientId = 'postern-acme-rotation'
  const scopes = ['okta.users.read']
  const dpopRequired = options.dpopRequired ?? true
  const jwksUri = options.keyUrl ? { jwksUri: keySet.url } : {}
  const app = { label: 'Postern', publicJwk: oldKey.publicJwk, dpopRequired, ...jwksUri }
  const { appId } = await createApp(org.admin, app, clientId)
  await grantScopes(org.admin, appId, scopes)
  const plan: RotationPlan = {
    org: org.admin.url,
    clientId,
    scopes,
    oldKey: oldKey.publicJwk,
    newKey: newKey.publicJwk,
    ...jwksUri,
    ...options.plan,
  }
  let disk = JSON.stringify(planRotation(plan))
  let inUse = oldKey
  const requests: string[] = []
  const progress: RotationProgress[] = []
  const keyOf = ({ kid }: PublicJwk) => (kid === newKey.kid ? newKey : oldKey)
  const context = ({ stopAfter, admin, onRequest, switchKey }: RunOptions): RotationContext => {
    const crash = new AbortController()
    let count = 0
    const transport: Transport = async (request) => {
      crash.signal.throwIfAborted()
      const name = `${request.method} ${new URL(request.url).pathname}`
      requests.push(name)
      const { signal: _signal, ...sent } = request
      const answer = await fetchTransport(sent)
      onRequest?.(name)
      if (++count === stopAfter) {
        await answer.body?.[Symbol.asyncIterator]().return?.()
        crash.abort()
        crash.signal.throwIfAborted()
      }
      return answer
    }
    const mine = org.client({ transport, authorizer: org.admin.authorizer })
    return {
      ...(options.keyUrl ? {} : { admin: admin ?? mine }),
      openOrg: (credential) => org.client({ transport, credential }),
      credential: {},
      oldKey,
      newKey,
      transport,
      clock,
      signal: crash.signal,
      save: async (state) => {
        crash.signal.throwIfAborted()
        disk = JSON.stringify(state)
      },
      switchKey: async (jwk) => {
        crash.signal.throwIfAborted()
        await switchKey?.(jwk)
        inUse = keyOf(jwk)
      },
      publish: async (keys) => {
        if (!options.unpublished) keySet.publish(keys)
      },
      onProgress: (event) => progress.push(event),
    }
  }
  const kept = () => parseRotationState(JSON.parse(disk))
  return {
    ...org,
    clock,
    appId,
    clientId,
    keySet,
    requests,
    progress,
    kept,
    inUse: () => inUse.kid,
    current: () => ({ kind: 'service-app', clientId, scopes, key: inUse }),
    rotate: ({ until, ...more } = {}) =>
      applyRotation(kept(), context(more), until === undefined ? {} : { until }),
    finish: (more = {}) => finishRotation(kept(), context(more)),
    rollBack: (more = {}) => rollBackRotation(kept(), context(more)),
    keys: async () => {
      const answer = await org.admin.request({ path: `/api/v1/apps/${appId}/credentials/jwks` })
      const keys = answer.json() as { readonly kid: string; readonly status: string }[]
      return Object.fromEntries(keys.map(({ kid, status }) => [kid, status === 'ACTIVE']))
    },
  }
}
