/** @module Which PostgreSQL everything is kept in, where it is not kept in the data directory. */

import { Secret } from '@postern/core'
import { ConfigError } from './config-error.ts'
import { readSecretText, type SecretSources } from './secret-reference.ts'

const SCHEME = /^postgres(?:ql)?:\/\/[^/]/i

/**
 * The URL of the database: what `--database` names, or the content of `POSTERN_DATABASE`; undefined for the data directory.
 *
 * `--database` is `env:NAME`, `file:PATH`, a file, `-`, or a URL without a password, which PGPASSWORD or a password file
 * then has.
 *
 * @throws {ConfigError} `config_database_invalid` for what is no URL of PostgreSQL; its text is not repeated.
 * @throws {FileError} `file_not_found`, `file_not_readable`, `env_not_set`
 */
export async function readDatabaseUrl(
  reference: string | undefined,
  sources: SecretSources,
): Promise<Secret | undefined> {
  const url = await readUrl(reference, sources)
  if (url === undefined || SCHEME.test(url.reveal())) return url
  throw new ConfigError(
    'config_database_invalid',
    'The database is not named by a URL that begins with postgres://.',
    {
      remedy: 'Write postgres://USER@HOST:PORT/DATABASE, with its password in a file or variable.',
    },
  )
}

async function readUrl(
  reference: string | undefined,
  sources: SecretSources,
): Promise<Secret | undefined> {
  const { POSTERN_DATABASE: variable } = sources.env
  if (reference === undefined) return variable ? new Secret(variable) : undefined
  if (reference.includes('://')) return new Secret(reference)
  return readSecretText(reference.replace(/^file:/, ''), '--database', sources)
}
