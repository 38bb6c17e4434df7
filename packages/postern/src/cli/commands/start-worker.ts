/** @module `postern start --worker-only`: runs the feeds of a PostgreSQL that servers share, without a port. */

import { once } from 'node:events'
import { homedir } from 'node:os'
import description from '../../../package.json' with { type: 'json' }
import { dataDirectoryOf, openDataDirectory } from '../../config/data-directory.ts'
import { readDatabaseUrl } from '../../config/database-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import { openLog } from '../../log.ts'
import { openService } from '../../service.ts'
import type { GlobalOptions } from '../global-options.ts'
import { endInOrder } from '../interruption.ts'
import { tellLocked, tellMasterKey } from '../master-key-note.ts'
import { tell } from '../output.ts'
import type { StartFlags } from './start-flags.ts'
import { printWorking } from './start-output.ts'

const MAX_CONCURRENCY = 1_000

/** Runs feeds until the signal. */
export async function startWorker(
  { concurrency, ...flags }: Omit<StartFlags, 'concurrency'> & { concurrency: number | undefined },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  requireNoListener(flags)
  const { env, stdin } = process
  const database = await readDatabaseUrl(options.database, { env, stdin })
  if (database === undefined) {
    throw new UsageError('usage_invalid', 'An embedded store belongs to one process alone.', {
      remedy: 'Name the PostgreSQL of the servers with --database, or leave --worker-only out.',
      details: { flag: '--worker-only' },
    })
  }
  process.umask(0o077)
  const dataDir = dataDirectoryOf({ flag: options.data, env, home: homedir() })
  await openDataDirectory(dataDir)
  endInOrder(signal)
  const { masterKey, debug } = options
  const dev = flags.dev === true
  const log = openLog({ level: debug ? 'debug' : 'info' })
  const service = await openService({ dataDir, database, masterKey, env, dev, log })
  try {
    tellMasterKey(service.madeMasterKeyFile)
    tellLocked(service.seal.state)
    await service.begin(concurrency === undefined ? {} : { concurrency })
    await printWorking({ pid: process.pid, version: description.version, dataDir }, options)
    if (!signal.aborted) await once(signal, 'abort')
    tell(
      'Stopping: feeds end at their next page, and another process goes on. Once more ends it at once.',
    )
  } finally {
    await service.close()
  }
}

/** How many feeds run at a time; undefined where the command line does not say. */
export function parseConcurrency(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d{1,4}$/.test(text) && value >= 1 && value <= MAX_CONCURRENCY) return value
  throw new UsageError(
    'usage_invalid',
    `--concurrency is no number from 1 to ${MAX_CONCURRENCY}.`,
    {
      remedy: 'Give --concurrency such a number.',
      details: { flag: '--concurrency' },
    },
  )
}

function requireNoListener(flags: Omit<StartFlags, 'concurrency'>): void {
  const given = (
    [
      ['--host', flags.host],
      ['--port', flags.port],
      ['--public-url', flags.publicUrl],
      ['--tls-cert', flags.tlsCert],
      ['--tls-key', flags.tlsKey],
      ['--behind-tls-proxy', flags.behindTlsProxy],
      ['--trusted-proxy', flags.trustedProxy],
      ['--config', flags.config],
    ] as const
  ).find(([, value]) => value !== undefined)
  if (given === undefined) return
  const [flag] = given
  throw new UsageError(
    'usage_invalid',
    `--worker-only serves nothing, so ${flag} has no meaning.`,
    {
      remedy: `Leave ${flag} out, or --worker-only.`,
      details: { flag },
    },
  )
}
