/** @module How people sign in, as the file of `--config` declares it, with the secret that it refers to. */

import type { DeclaredConfig } from '../config/file/declared.ts'
import { readReference } from '../config/file/reference.ts'
import type { SignIn, SignInCredential } from '../config/sign-in.ts'
import { publicUrlMissing } from '../server/console/sign-in-error.ts'

/**
 * Reads it; undefined where the file declares none.
 *
 * @throws {SignInError} `sign_in_public_url`
 * @throws {FileError} and {SecretCommandError} for a secret that cannot be read.
 */
export async function readSignIn(
  config: DeclaredConfig | undefined,
  {
    publicUrl,
    env,
  }: {
    readonly publicUrl: string | undefined
    readonly env: Readonly<Record<string, string | undefined>>
  },
): Promise<SignIn | undefined> {
  if (config?.signIn === undefined) return undefined
  // The provider sends browsers back to one address, which the app there names.
  if (publicUrl === undefined) throw publicUrlMissing()
  const { line: _, clientSecret, key, ...signIn } = config.signIn
  const sources = { env, folder: config.folder }
  return { ...signIn, credential: await readCredential() }

  async function readCredential(): Promise<SignInCredential> {
    if (key !== undefined)
      return { kind: 'key', key: await readReference(key, 'signIn.key', sources) }
    if (clientSecret === undefined) throw new TypeError('a sign-in was not judged')
    const text = await readReference(clientSecret, 'signIn.clientSecret', sources)
    return { kind: 'client-secret', clientSecret: text }
  }
}
