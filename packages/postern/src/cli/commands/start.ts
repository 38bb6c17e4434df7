/** @module `postern start`: the API on a port, until it is told to stop. */

import { once } from 'node:events'
import { homedir } from 'node:os'
import description from '../../../package.json' with { type: 'json' }
import { dataDirectoryOf, openDataDirectory } from '../../config/data-directory.ts'
import { readDatabaseUrl } from '../../config/database-reference.ts'
import type { DeclaredConfig } from '../../config/file/declared.ts'
import { identifyProcess, type ProcessIdentity } from '../../config/process-identity.ts'
import { removeServerFile } from '../../config/server-file.ts'
import { writeServerFile } from '../../config/write-server-file.ts'
import { type LogLevel, openLog } from '../../log.ts'
import { type Binding, checkBinding } from '../../server/binding.ts'
import { type Listening, type ListenOptions, listen } from '../../server/listen.ts'
import { openService, type Service } from '../../service.ts'
import { applyAtStart, readConfigFlag } from '../apply-at-start.ts'
import type { GlobalOptions } from '../global-options.ts'
import { endInOrder, endSoon } from '../interruption.ts'
import { tellLocked, tellMasterKey } from '../master-key-note.ts'
import { tell } from '../output.ts'
import { parsePort } from '../port.ts'
import { protectProcess } from '../protect-process.ts'
import { readSignIn } from '../read-sign-in.ts'
import { hasFlag, liftoffFlag, relaunchWith } from '../relaunch.ts'
import { readTls, tlsRefusal } from '../tls-files.ts'
import type { StartFlags } from './start-flags.ts'
import type { Host } from './start-host.ts'
import { consoleUrl, printRunning, tellConsole } from './start-output.ts'
import { requireNoServer, serverError } from './start-refusals.ts'
import { parseConcurrency, startWorker } from './start-worker.ts'

const DEFAULT_PORT = '7478'

// Whoever waits for an answer has it by then: all that needs the store is refused.
const LOST_CLOSE_WITHIN_MS = 500

/** Runs the server until the signal; says first where it is and how commands reach it. */
export async function start(
  flags: StartFlags,
  options: GlobalOptions,
  signal: AbortSignal,
  given?: Host,
): Promise<void> {
  protectProcess(flags.dev === true)
  const concurrency = parseConcurrency(flags.concurrency)
  if (flags.workerOnly === true) return startWorker({ ...flags, concurrency }, options, signal)
  const binding = { ...(await bindingOf(flags)), port: parsePort(flags.port ?? DEFAULT_PORT) }
  const { connectOrigins } = checkBinding(binding)
  const config = await readConfigFlag(flags.config)
  const { env, stdin } = process
  const signIn = await readSignIn(config, { publicUrl: flags.publicUrl, env })
  const database = await readDatabaseUrl(options.database, { env, stdin })
  if (database === undefined && !hasFlag(liftoffFlag)) return relaunchWith(liftoffFlag)
  // What others may read is decided by the modes of each file, and that is nothing.
  process.umask(0o077)
  const dataDir = dataDirectoryOf({ flag: options.data, env, home: homedir() })
  await openDataDirectory(dataDir)
  await requireNoServer(dataDir)
  signal.throwIfAborted()
  endInOrder(signal)
  const host = given ?? (await hostOfEnvironment(flags, options, signal))
  const service = await openService({
    dataDir,
    database,
    masterKey: options.masterKey,
    env,
    dev: flags.dev === true,
    publicUrl: flags.publicUrl,
    connectOrigins,
    signIn,
    log: openLog({ level: logLevelOf(options, host) }),
  })
  try {
    tellMasterKey(service.madeMasterKeyFile)
    tellLocked(service.seal.state)
    const identity = await identifyProcess()
    const listening = await open(service, binding)
    const { lost } = service.store
    try {
      const certificate = binding.tls?.cert
      const dev = flags.dev === true
      const serving = serve(service, {
        listening,
        identity,
        certificate,
        config,
        dev,
        dataDir,
        concurrency,
        options,
        signal,
        host,
      })
      await Promise.race([serving, throwWhenLost(lost)])
    } finally {
      await removeServerFile(dataDir, identity)
      service.changes.close()
      if (lost.aborted) endSoon()
      await listening.close(lost.aborted ? LOST_CLOSE_WITHIN_MS : undefined)
    }
  } finally {
    await service.close()
  }
}

/** A supervisor starts what has ended; a server that only refuses would stay so. */
async function throwWhenLost(lost: AbortSignal): Promise<void> {
  if (!lost.aborted) await once(lost, 'abort')
  lost.throwIfAborted()
}

/** Whoever names an org when they start a server wants it read. */
async function hostOfEnvironment(
  { dev }: StartFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<Host | undefined> {
  const org = process.env['POSTERN_ORG']
  if (!org) return undefined
  const { hostOfOrg } = await import('./org-at-start.ts')
  return hostOfOrg(org, options, { signal, dev: dev === true })
}

// Between the lines of a command that tells what it does, those of the log would be in the way.
function logLevelOf({ debug }: GlobalOptions, host: Host | undefined): LogLevel {
  return debug ? 'debug' : host === undefined ? 'info' : 'silent'
}

async function bindingOf(flags: StartFlags): Promise<Binding> {
  const { host, publicUrl, behindTlsProxy, dev } = flags
  const { trustedProxy: trustedProxies, connectOrigin: connectOrigins } = flags
  const given = { host, publicUrl, behindTlsProxy, trustedProxies, connectOrigins, dev }
  return { ...given, tls: await readTls(flags) }
}

async function open(service: Service, binding: ListenOptions): Promise<Listening> {
  try {
    return await listen(service.app, binding)
  } catch (error) {
    const { host = '127.0.0.1', port = 0 } = binding
    throw tlsRefusal(error) ?? serverError(error, { host, port })
  }
}

interface Serving {
  readonly listening: Listening
  /** This process. */
  readonly identity: ProcessIdentity
  /** That it shows, where it speaks TLS. */
  readonly certificate: string | undefined
  readonly config: DeclaredConfig | undefined
  readonly dev: boolean
  readonly dataDir: string
  readonly concurrency: number | undefined
  readonly options: GlobalOptions
  readonly signal: AbortSignal
  readonly host: Host | undefined
}

async function serve(service: Service, serving: Serving): Promise<void> {
  const { listening, identity, certificate, concurrency, dataDir, signal, host } = serving
  const { version } = description
  const url = localUrl(listening.url)
  const accessKey = service.localKey
  await writeServerFile(dataDir, { url, accessKey, process: identity, version, certificate })
  await service.begin(concurrency === undefined ? {} : { concurrency })
  const consoleLink = () => consoleUrl(url, service.consoleSessions.addLink(accessKey))
  const goesOn = host === undefined ? true : await host.onRunning({ url, service, consoleLink })
  if (host === undefined) await tellRunning(service, { ...serving, consoleLink })
  if (!goesOn) return
  if (!signal.aborted) await once(signal, 'abort')
  tell('Stopping: what runs is finished first. Once more ends it at once.')
}

/** Says where it is, and applies the file of `--config`. */
async function tellRunning(
  service: Service,
  told: Serving & { readonly consoleLink: () => string },
): Promise<void> {
  const { listening, identity, config, dev, dataDir, options, signal } = told
  const { kind } = service.store
  const { version } = description
  const { pid } = identity
  await printRunning({ url: listening.url, pid, version, dataDir, store: kind }, options)
  // What a log keeps is no place for it.
  if (process.stderr.isTTY) tellConsole(told.consoleLink())
  if (config !== undefined) await applyAtStart(service, config, { dev, signal })
}

/** How commands on this machine reach a server that listens on every address. */
function localUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}
