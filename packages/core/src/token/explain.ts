/** @module A token request as it may be shown: everything in it but the signatures. */

import { assertionType, type ExplainedAssertion, explainAssertion } from '../assertion/assertion.ts'
import { encodeBase64url } from '../base64url.ts'
import type { Proof } from '../proof/proof.ts'
import { tokenRequestHeaders } from './credential.ts'
import type { TokenSource } from './source.ts'

/** What would be sent. Signatures are cut, so none of it proves anything to anybody. */
export interface ExplainedTokenRequest {
  readonly method: 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
  readonly assertion: ExplainedAssertion
  /** Present when the request carries a DPoP proof. */
  readonly proof?: Pick<Proof, 'header' | 'claims'>
  /** The same request for a shell; it works once the cut parts are filled in. */
  readonly curl: string
}

/** Explains the token request that a source would send now. Sends nothing. */
export async function explainTokenRequest(source: TokenSource): Promise<ExplainedTokenRequest> {
  const { endpoint, credential } = source
  const assertion = explainAssertion(await endpoint.assertion())
  const proof = endpoint.dpopRequired ? await endpoint.proof() : undefined
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...tokenRequestHeaders(credential.headers),
    ...(proof ? { dpop: cutProof(proof) } : {}),
  }
  const form = {
    grant_type: 'client_credentials',
    scope: credential.scopes.join(' '),
    client_assertion_type: assertionType,
    [credential.assertionParameter ?? 'client_assertion']: assertion.text,
  }
  return {
    method: 'POST',
    url: endpoint.url,
    headers,
    form,
    assertion,
    ...(proof ? { proof: { header: proof.header, claims: proof.claims } } : {}),
    curl: curlCommand(endpoint.url, headers, form),
  }
}

function cutProof(proof: Proof): string {
  const parts = [proof.header, proof.claims].map((part) => encodeBase64url(JSON.stringify(part)))
  return `${parts.join('.')}.<signature removed>`
}

function curlCommand(
  url: string,
  headers: Readonly<Record<string, string>>,
  form: Readonly<Record<string, string>>,
): string {
  return [
    `curl ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...Object.entries(form).map(([name, value]) => `--data-urlencode ${quote(`${name}=${value}`)}`),
  ].join(' \\\n  ')
}

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
