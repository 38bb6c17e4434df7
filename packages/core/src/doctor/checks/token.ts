/** @module Whether the org gives a token, and why not. */

import type { ServiceAppCredential } from '../../token/credential.ts'
import { TokenError } from '../../token/errors.ts'
import type { Cure } from '../../token/refusals.ts'
import { ServiceAppAuthorizer } from '../../token/service-app-authorizer.ts'
import { TokenSource } from '../../token/source.ts'
import { findScopes } from '../blank-scopes.ts'
import type { Check } from '../check.ts'
import { openClient } from '../client.ts'
import type { Examination } from '../examination.ts'
import { information, type Observation, ok } from '../finding.ts'
import { explainRefusal } from '../refused-client.ts'
import { count } from '../words.ts'

/**
 * Asks for one token with all scopes: one request, or two or three where DPoP or the clock asks for them; some more where
 * no scopes are named.
 */
export const tokenCheck: Check = {
  name: 'token',
  question: 'Does the org give the service app a token?',
  needs: ['client-id', 'key', 'assertion', 'scopes', 'reachable', 'clock'],
  credential: 'service-app',
  async *run(examination) {
    const cures = new Set<Cure>()
    try {
      const unnamed = credentialOf(examination)
      const isNamed = examination.find('scopes') !== undefined
      if (!isNamed && !(yield* findScopes(examination, unnamed))) return false
      const credential = { ...unnamed, scopes: examination.known('scopes') }
      const source = openSource(examination, credential, (cure) => cures.add(cure))
      const token = await source.token({ signal: examination.signal })
      const authorizer = new ServiceAppAuthorizer(source)
      examination.learn({ token, client: openClient(examination, credential, authorizer) })
      yield ok(
        `The org gave a ${token.type} token with ${count(token.scopes.length, 'scope')}, for ${token.expiresInSeconds} s.`,
        { tokenType: token.type, expiresInSeconds: token.expiresInSeconds },
      )
      yield* describeCures(cures)
      return true
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      yield await explainRefusal(examination, error)
      return false
    }
  },
}

function credentialOf(examination: Examination): Omit<ServiceAppCredential, 'scopes'> {
  return {
    ...examination.known('settings'),
    kind: 'service-app',
    clientId: examination.known('clientId'),
    key: examination.known('key'),
  }
}

function openSource(
  examination: Examination,
  credential: ServiceAppCredential,
  onCure: (cure: Cure) => void,
): TokenSource {
  const { clock, random, timeoutMs, exchanges } = examination
  return new TokenSource({
    org: examination.known('org'),
    credential,
    transport: exchanges.transport,
    clock,
    random,
    timeoutMs,
    maxFailures: 1,
    onStep: (step) => {
      if (step.step === 'refused' && step.cure !== undefined) onCure(step.cure)
    },
  })
}

function* describeCures(cures: ReadonlySet<Cure>): Generator<Observation> {
  if (cures.has('switch-dpop-on') || cures.has('use-nonce')) {
    yield information(
      'dpop_required',
      'The app requires DPoP. Postern sends proofs; nothing has to be switched off.',
    )
  }
  if (cures.has('shorten-lifetime')) {
    yield information(
      'assertion_lifetime_shortened',
      'The org refused the life of the first assertion; Postern made a shorter one.',
    )
  }
}
