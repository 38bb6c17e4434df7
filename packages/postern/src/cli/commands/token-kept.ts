/** @module `postern token NAME`: a token of a connection that is kept. Loads little: it is called again and again. */

import type { GlobalOptions } from '../global-options.ts'
import { useKept } from '../kept-connection.ts'
import { printData, showPlain, tell } from '../output.ts'
import type { TokenFlags } from './token.ts'

/** A token as the API hands it out. */
interface HandedToken {
  readonly tokenType: string
  readonly accessToken: string
  readonly expiresAt: string
  readonly scopes: readonly string[]
}

/** Prints a token on stdout, or the headers of one request. */
export async function keptToken(
  name: string,
  flags: TokenFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { scope: scopes } = flags
  const got = await useKept(name, { ...options, signal }, (api, path) =>
    api.call<HandedToken>('POST', `${path}/token`, { scopes }),
  )
  await printData(got, { format: options.output, text: () => got.accessToken })
  tell(`${got.tokenType} token until ${got.expiresAt}, for ${showPlain(got.scopes.join(' '))}`)
}
