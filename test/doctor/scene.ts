/** @module One org with a fault in it, and a diagnosis of a connection to it: real HTTP, real signatures, no waiting. */

import {
  type ConnectionTexts,
  type DiagnoseOptions,
  diagnose,
  type Finding,
  isProblem,
  Org,
  Secret,
} from '@postern/core'
import { type FaultRequest, type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { TestClock } from '../test-clock.ts'

/** What was done before the doctor comes, in the place of what it would work with. */
export interface Prepared extends Partial<Omit<DiagnoseOptions, 'connection'>> {
  readonly connection?: Partial<ConnectionTexts>
}

/** What is around a fault when the doctor comes. */
export interface Scene {
  /** In words, for the documentation; absent where there is nothing but a healthy service app and the fault. */
  readonly what?: string
  readonly start?: StartOptions
  /** Default: the ready service app. */
  readonly credential?: 'service-app' | 'api-token'
  readonly options?: Prepared
  /** What happens after the fault was switched on. The clock is that of the org and of the doctor. */
  readonly before?: (running: RunningOrg, clock: TestClock) => Promise<Prepared>
  /** The machine's own clock, where the fault is about real time. */
  readonly realTime?: true
}

/** What a scene is diagnosed with. */
export interface SceneOptions {
  readonly fault?: string | FaultRequest
  readonly admin?: boolean
  /** Looks at the org when the diagnosis is over. */
  readonly after?: (running: RunningOrg) => void
}

/** The findings of a diagnosis of a scene. */
export async function diagnoseScene(
  scene: Scene,
  options: SceneOptions = {},
): Promise<readonly Finding[]> {
  const clock = new TestClock(new Date('2026-03-02T10:00:00.000Z'))
  const running = await startOrg({
    users: 3,
    keyType: 'EC',
    ...(scene.realTime ? {} : { clock }),
    ...scene.start,
  })
  try {
    const time = scene.realTime ? {} : { clock }
    const admin = options.admin ? { admin: adminOf(running, time) } : {}
    if (options.fault !== undefined) running.faults.on(options.fault)
    const before = await scene.before?.(running, clock)
    const { connection, ...prepared } = { ...scene.options, ...before }
    const findings: Finding[] = []
    const texts = { ...textsOf(running, scene), ...connection }
    const diagnosis = diagnose({ connection: texts, dev: true, ...time, ...admin, ...prepared })
    for await (const finding of diagnosis) findings.push(finding)
    options.after?.(running)
    return findings
  } finally {
    await running.close()
  }
}

/** The findings that somebody has to do something about. */
export function problemsOf(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(isProblem)
}

function textsOf(running: RunningOrg, { credential }: Scene): ConnectionTexts {
  const { url: orgUrl, app, adminToken } = running
  if (credential === 'api-token') return { orgUrl, apiToken: new Secret(adminToken) }
  const key = new Secret(JSON.stringify(app.key))
  return { orgUrl, clientId: app.clientId, key, scopes: app.scopes.join(' ') }
}

/** A Super Admin who is not the owner of the token that the faults are about. */
function adminOf(running: RunningOrg, time: { readonly clock?: TestClock }): Org {
  const { org, url } = running
  const [first] = org.users
  const second = [...org.users].find(({ id }) => id !== first?.id)
  if (first === undefined || second === undefined) throw new Error('The scene has two users.')
  org.putUser({ ...second, roles: first.roles ?? [] })
  const apiToken = new Secret(org.addApiToken(second.id, 'Second admin').value)
  const credential = { kind: 'api-token', apiToken } as const
  return new Org({ url, dev: true, credential, ...time })
}
