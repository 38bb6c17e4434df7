/**
 * @module Ten thousand callers who want a token over HTTP while the key of the connection is rotated: the org is asked once with each
 * key, nobody is handed a token of the old one once the rotation is at its end, and nobody is refused.
 */

import { type Clock, systemClock, type Transport } from '@postern/core'
import { startOrg } from '@postern/emulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { casesOf, PROOF_TIMEOUT_MS, proofSeed, tellProof } from '../../../../test/proof.ts'
import { randomOf } from '../../../../test/random.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { Connections } from '../../src/connections/connections.ts'
import { Rotations } from '../../src/connections/rotations.ts'
import { openStore } from '../../src/store/open.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, openContext, valuesOfApp } from '../connections/kept.ts'
import { serveApp } from './served-app.ts'
import { askTogether, type CallerAnswer } from './token-callers.ts'

// In `npm test` fewer callers come, and the old key is ended sooner.
const isWhole = casesOf(0) > 0
const CALLERS = isWhole ? 10_000 : 1_000
const grace = isWhole ? {} : { graceSeconds: 2 }
const TOKEN_LIFE_MS = 3_600_000
const boundless = { burst: 1e9, perSecond: 1e9 }
const limits = {
  ...{ requests: boundless, people: boundless, failures: boundless, refusals: boundless },
  concurrent: 1e9,
}

/** A request for a token as it was sent: with which key, and what it came to. */
interface Sent {
  readonly kid: string
  status: number
  accessToken: string | undefined
}

/** What a case is made of. */
interface TokenCase {
  readonly dpopRequired: boolean
  /** Whether what callers send is limited, as it is where nothing else is said. */
  readonly isLimited: boolean
  /** How long the org takes for a token. */
  readonly slowMs: number
  /** Whether the token ends just before the rotation, and the request for the next one is held until the rotation has ended. */
  readonly held: 'before' | 'after' | undefined
}

describe.each(stores)('a connection on $name whose key is rotated under load', ({ name, open }) => {
  test('asks once with each key, and hands out the new one from then on, to everybody', {
    timeout: PROOF_TIMEOUT_MS,
  }, async () => {
    const kept = await open()
    onTestFinished(() => kept.close())
    const seal = await openTestSeal(kept.store)
    const random = randomOf(proofSeed)
    const cases = casesOf(1, 0.5)
    for (let number = 0; number < cases; number++) {
      const options: TokenCase = {
        dpopRequired: random(2) === 0,
        isLimited: number % 4 === 3,
        slowMs: random(3) * 400,
        held: ([undefined, 'before', 'after'] as const)[(number + 1) % 3],
      }
      const { seen, wrong } = await playCase(kept, seal, options, `acme-${number}`)
      tellProof(name, { cases: 1, seen, wrong })
      expect({ ...options, ...wrong }).toEqual({
        ...options,
        ...{ 'too many requests': 0, 'old tokens': 0, refused: 0 },
      })
    }
  })
})

async function playCase(kept: TestStore, seal: Seal, options: TokenCase, name: string) {
  const { dpopRequired, isLimited, held } = options
  const clock = new MovedClock()
  const org = await startOrg({ keyType: 'EC', edition: 'unlimited', clock, dpopRequired })
  const sent: Sent[] = []
  const hold = Promise.withResolvers<void>()
  const isHeld = { is: false }
  const served = await Promise.all(
    servers(kept).map(async (openOwn, index) => {
      const store = await openOwn()
      const through = (transport: Transport): Transport =>
        recorded(transport, sent, async (moment) => {
          if (moment === 'before') await systemClock.sleep(options.slowMs)
          if (isHeld.is && held === moment) await hold.promise
        })
      const context = await openContext(kept, { seal, clock, store, through })
      const connections = new Connections(context)
      const rotating = await openContext(kept, { seal, clock, store })
      const rotations = new Rotations({ ...rotating, connections, publicUrl: undefined })
      connections.follow()
      const app = await serveApp({
        store,
        keys: { [`${name}-${index}`]: [{ connections: ['*'], verbs: ['token'] }] },
        services: { seal, connections, rotations, clock },
        ...(!isLimited && { app: { limits } }),
      })
      const key = app.keys[`${name}-${index}`] ?? ''
      return { app, connections, key, store, isOwn: index > 0 }
    }),
  )
  const [first] = served
  if (first === undefined) throw new Error('There is a server.')
  try {
    await first.connections.connect({ name, values: valuesOfApp(org) }, by)
    sent.splice(0)
    const ask = async (callers = CALLERS) => {
      const share = Math.ceil(callers / served.length)
      const path = `/v1/connections/${name}/token`
      const all = served.map(({ app: { url }, key }) =>
        askTogether({ url, path, accessKey: key, callers: share }),
      )
      return (await Promise.all(all)).flat()
    }
    const before = await ask()
    // Whoever asks now waits for a request with the old key; for some cases that one is late.
    if (held !== undefined) clock.advance(TOKEN_LIFE_MS)
    isHeld.is = true
    const during = ask()
    const body = { adminToken: org.adminToken, ...grace }
    const rotated = first.app.send('POST', `/v1/connections/${name}/rotate`, { body })
    const status = await rotated
    expect(status.json).toMatchObject({ phase: 'retired' })
    const oldKid = String(status.json?.['oldKey'])
    isHeld.is = false
    const afterwards = ask()
    hold.resolve()
    const [late, after] = await Promise.all([during, afterwards])
    expect(org.unexpected).toEqual([])
    const old = new Set(
      sent.flatMap(({ kid, accessToken }) => (kid === oldKid && accessToken ? accessToken : [])),
    )
    const isOld = ({ accessToken = '' }: CallerAnswer) => old.has(accessToken)
    // What was held was handed out after the end.
    const afterEnd = held === undefined ? after : [...late, ...after]
    const answers = [...before, ...late, ...after]
    const grants = (kid: (kid: string) => boolean) =>
      sent.filter((one) => one.status === 200 && kid(one.kid)).length
    const expiries = held === 'after' ? 1 : 0
    return {
      seen: {
        callers: answers.length,
        'answers in time': answers.filter(({ status: code }) => code === 200).length,
        'came again': answers.reduce((sum, { retries }) => sum + retries, 0),
        'requests to the org': sent.length,
      },
      wrong: {
        'too many requests':
          excess(
            grants((kid) => kid === oldKid),
            served.length * (1 + expiries),
          ) +
          excess(
            grants((kid) => kid !== oldKid),
            served.length,
          ) +
          // Those that were refused: one that the old key was no good for any more, and what a proof takes.
          excess(
            sent.filter(({ status: code }) => code !== 200).length,
            served.length * (1 + (dpopRequired ? 4 : 0)),
          ),
        'old tokens': afterEnd.filter(isOld).length,
        refused: answers.filter(({ status: code }) => code !== 200).length,
      },
    }
  } finally {
    for (const { app, connections, store, isOwn } of served) {
      await app.close()
      await app.services.auditBatch.close()
      await connections.close()
      if (isOwn) await store.close()
    }
    await org.close()
  }
}

/** The stores of the servers: PostgreSQL has two of them. */
function servers({ store, place }: TestStore): readonly (() => Promise<TestStore['store']>)[] {
  const own = async () => store
  return store.kind === 'pglite' ? [own] : [own, () => openStore(place)]
}

/** Notes each request for a token. @param at - waited for before it is sent, and after its answer came */
function recorded(
  transport: Transport,
  sent: Sent[],
  at: (moment: 'before' | 'after') => Promise<void>,
): Transport {
  return async (request) => {
    if (!request.url.endsWith('/oauth2/v1/token')) return transport(request)
    const assertion = new URLSearchParams(String(request.body)).get('client_assertion') ?? ''
    const { kid }: { readonly kid: string } = JSON.parse(
      Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString(),
    )
    const one: Sent = { kid, status: 0, accessToken: undefined }
    sent.push(one)
    await at('before')
    const answer = await transport(request)
    const chunks: Uint8Array[] = []
    for await (const chunk of answer.body ?? []) chunks.push(chunk)
    one.status = answer.status
    if (answer.status === 200)
      one.accessToken = JSON.parse(Buffer.concat(chunks).toString()).access_token
    await at('after')
    return { ...answer, body: pieces(chunks) }
  }
}

async function* pieces(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

function excess(count: number, allowed: number): number {
  return Math.max(0, count - allowed)
}

/** The machine's clock, further on. */
class MovedClock implements Clock {
  #aheadMs = 0
  readonly sleep = systemClock.sleep

  now(): Date {
    return new Date(systemClock.now().getTime() + this.#aheadMs)
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#aheadMs
  }

  advance(byMs: number): void {
    this.#aheadMs += byMs
  }
}
