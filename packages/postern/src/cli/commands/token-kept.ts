/** @module `postern token NAME`: a token of a connection that is kept. Loads little: it is called again and again. */

import type { ExplainedTokenRequest } from '@postern/core'
import type { GlobalOptions } from '../global-options.ts'
import { useKept } from '../kept-connection.ts'
import { printData, showPlain, tell, warn } from '../output.ts'
import type { TokenFlags } from './token.ts'

/** A token as the API hands it out. */
interface HandedToken {
  readonly tokenType: string
  readonly accessToken: string
  readonly expiresInSeconds: number
  readonly expiresAt: string
  readonly scopes: readonly string[]
  readonly missingScopes: readonly string[]
  /** How a token that is bound to a key can be used all the same. */
  readonly note?: string
}

/** Prints a token on stdout, or the headers of one request. */
export async function keptToken(
  name: string,
  flags: TokenFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { scope: scopes, headersFor: url, method = 'GET', explain } = flags
  if (explain) return explainRequest(name, scopes, { ...options, signal })
  if (url !== undefined) return printHeaders(name, { method, url }, { ...options, signal })
  const got = await useKept(name, { ...options, signal }, (api, path) =>
    api.call<HandedToken>('POST', `${path}/token`, { scopes }),
  )
  await printData(got, { format: options.output, text: () => got.accessToken })
  tell(`${got.tokenType} token until ${got.expiresAt}, for ${showPlain(got.scopes.join(' '))}`)
  if (got.missingScopes.length > 0) {
    warn('scope_not_granted', `Not granted: ${got.missingScopes.join(' ')}.`)
  }
  if (got.note !== undefined) {
    tell(
      `It is bound to a key that stays here: postern token ${name} --headers-for URL | curl -H @- URL`,
    )
  }
}

/** One line for each header, which `curl -H @-` takes from its standard input. */
async function printHeaders(
  name: string,
  request: { readonly method: string; readonly url: string },
  options: GlobalOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { headers } = await useKept(name, options, (api, path) =>
    api.call<{ readonly headers: Readonly<Record<string, string>> }>(
      'POST',
      `${path}/proof`,
      request,
    ),
  )
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`)
  await printData(headers, { format: options.output, text: () => lines.join('\n') })
  if ('dpop' in headers) tell('The proof is for one request to this URL, within five minutes.')
}

/** What is only looked at is left to what explains any request, which loads more. */
async function explainRequest(
  name: string,
  scopes: TokenFlags['scope'],
  options: GlobalOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const explained = await useKept(name, options, (api, path) =>
    api.call<ExplainedTokenRequest>('POST', `${path}/token/explain`, { scopes }),
  )
  const { describeRequest } = await import('./token.ts')
  await printData(explained, { format: options.output, text: () => describeRequest(explained) })
}
