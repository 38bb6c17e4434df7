/** @module The URL of a PostgreSQL server: what of it may be shown, and how the way there is protected. */

import type { ServerPlace } from './postgres-error.ts'
import { StoreError } from './store-error.ts'

const LOOPBACK: ReadonlySet<string> = new Set(['', 'localhost', '127.0.0.1', '[::1]'])

// All of these are met by a certificate that is verified, which is what the driver does for every one of them.
const PROTECTED: ReadonlySet<string> = new Set(['prefer', 'require', 'verify-ca', 'verify-full'])

/**
 * What the driver is given, and what errors may name: never the password.
 *
 * @throws {StoreError} `store_refused` for what is no URL, or a way that is not protected and does not say so
 */
export function parsePostgresUrl(text: string): {
  readonly connectionString: string
  readonly place: ServerPlace
} {
  const url = URL.parse(text)
  if (url === null) throw unreadable()
  const mode = url.searchParams.get('sslmode') ?? ''
  const host = url.searchParams.get('host') ?? url.hostname
  const place: ServerPlace = {
    host: host || 'localhost',
    port: url.port || url.searchParams.get('port') || '5432',
    user: decode(url.username),
    database: decode(url.pathname.slice(1)),
  }
  if (mode === '' && isLocal(host)) return { connectionString: text, place }
  if (mode === 'disable') return { connectionString: text, place }
  if (mode === '' || PROTECTED.has(mode)) {
    url.searchParams.set('sslmode', 'verify-full')
    return { connectionString: url.href, place }
  }
  throw new StoreError(
    'store_refused',
    'The URL of the database says an sslmode that is none of those that are taken.',
    {
      remedy: 'Use verify-full, with sslrootcert=FILE for an authority of your own, or disable.',
    },
  )
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw unreadable()
  }
}

function unreadable(): StoreError {
  return new StoreError('store_refused', 'The URL of the database cannot be read.', {
    remedy:
      'Write postgres://USER:PASSWORD@HOST:PORT/DATABASE; encode @, /, : and % in the password.',
  })
}

/** This machine, or a socket of it. */
function isLocal(host: string): boolean {
  return LOOPBACK.has(host) || host.startsWith('/') || host.startsWith('%2F')
}
