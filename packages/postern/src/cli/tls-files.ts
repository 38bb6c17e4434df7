/** @module The certificate and the key of a server, from the files of its flags. */

import { readTextFile } from '../config/text-file.ts'
import { UsageError } from '../config/usage-error.ts'

/** A certificate and its private key, as PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/**
 * Reads `--tls-cert` and `--tls-key`; undefined where neither is given.
 *
 * @throws {UsageError} `usage_invalid` where one is missing, not there, or empty.
 */
export async function readTls(flags: {
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
}): Promise<TlsFiles | undefined> {
  const { tlsCert, tlsKey } = flags
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  const [cert, key] = await Promise.all([
    readPem('--tls-cert', tlsCert),
    readPem('--tls-key', tlsKey),
  ])
  return { cert, key }
}

async function readPem(flag: string, path: string | undefined): Promise<string> {
  const text = path === undefined ? undefined : await readTextFile(path)
  // Empty files would make a server that no client can talk to.
  if (text !== undefined && text.trim() !== '') return text
  const problem = text === undefined ? 'is not there' : 'is empty'
  throw new UsageError(
    'usage_invalid',
    path === undefined ? `${flag} is missing.` : `The file of ${flag} ${problem}.`,
    { remedy: 'Give --tls-cert and --tls-key together, each the name of a PEM file.' },
  )
}

/** The {@link UsageError} for a certificate and a key that do not work together; undefined for any other failure. */
export function tlsRefusal(error: unknown): UsageError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!/^ERR_(?:OSSL|SSL|TLS)/.test(code)) return undefined
  return new UsageError('usage_invalid', `The certificate and key cannot be used (${code}).`, {
    remedy: 'Give --tls-cert and --tls-key a PEM certificate and its own private key.',
    details: { code },
  })
}
