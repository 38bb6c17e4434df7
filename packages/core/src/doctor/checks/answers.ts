/** @module Whether answers come quickly, and as Okta sent them. */

import type { Check } from '../check.ts'
import { asksForNonce } from '../exchanges.ts'
import { information, ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { count } from '../words.ts'

const SLOW_MS = 1_500

/** Judges the answers that came so far; asks nothing more. */
export const answersCheck: Check = {
  name: 'answers',
  question: 'Do answers come quickly, and as Okta sent them?',
  needs: ['reachable'],
  async *run(examination) {
    const { exchanges } = examination
    const own = exchanges.all.filter(({ origin }) => origin === examination.known('org'))
    // A refusal may take as long as it takes Okta to fetch the keys of the app.
    const [slowest] = own
      .filter(({ status }) => status === 200)
      .toSorted((a, b) => b.tookMs - a.tookMs)
    const tookMs = Math.round(slowest?.tookMs ?? 0)
    const marked = own.find(({ startsWithMark }) => startsWithMark)
    if (marked !== undefined) {
      const observed = `The body of ${marked.method} ${marked.path} begins with a byte order mark; Postern reads it nevertheless.`
      yield problem('body_with_mark', observed, { status: 'warning' })
    }
    if (tookMs >= SLOW_MS) {
      const observed = `${slowest?.method} ${slowest?.path} took ${(tookMs / 1_000).toFixed(1)} s.`
      yield problem('upstream_slow', observed, { status: 'warning', details: { tookMs } })
    }
    if (own.some(asksForNonce)) {
      yield information(
        'dpop_nonce_at_apis',
        'The APIs ask for a nonce in proofs; Postern takes it from the answer and goes on.',
      )
    }
    if (marked === undefined && tookMs < SLOW_MS) {
      yield ok(`${count(own.length, 'request')}; the slowest took ${tookMs} ms.`)
    }
    return true
  },
}
