/** @module `postern connect NAME --browser`: a link for the person who has the values, and the wait until they are given. */

import { type Finding, isProblem, PosternError, parseOrgUrl, systemClock } from '@postern/core'
import { isConnectMethod } from '../../config/connect-fields.ts'
import { UsageError } from '../../config/usage-error.ts'
import type { ConnectSessionView } from '../../connections/connect-session-view.ts'
import type { ConnectionView } from '../../connections/view.ts'
import type { ApiClient } from '../api-client.ts'
import { formatDuration } from '../duration.ts'
import type { GlobalOptions } from '../global-options.ts'
import { endInOrder } from '../interruption.ts'
import { openServedApi } from '../open-api.ts'
import { paint, printData, setStatus, showPlain, tell } from '../output.ts'
import type { ConnectFlags } from './connect-flags.ts'
import { printConnected, provenOf } from './connection-output.ts'

/** How a session that was waited for can end without a connection. */
type ConnectEndCode = 'connect_link_expired' | 'connect_link_revoked' | 'connect_tries_failed'

/** A session that ended without a connection. */
class ConnectEndError extends PosternError<ConnectEndCode> {
  override readonly name = 'ConnectEndError'
}

interface MadeSession extends ConnectSessionView {
  readonly url: string
}

const LOOK_EVERY_MS = 1_000
const REVOKE_WITHIN_MS = 5_000

// What a person gives on the page, or what says more than a link can.
const NOT_HERE = {
  key: '--key',
  kid: '--kid',
  passphrase: '--passphrase',
  apiToken: '--api-token',
  fromEnv: '--from-env',
  force: '--force',
  rotationDays: '--rotation-days',
  jwtAlg: '--jwt-alg',
  jwtExpirySeconds: '--jwt-expiry-seconds',
  jwtIssuer: '--jwt-issuer',
  jwtSubject: '--jwt-subject',
  jwtAudience: '--jwt-audience',
  tokenUrl: '--token-url',
  assertionKey: '--assertion-key',
  jwtClaim: '--jwt-claim',
  header: '--header',
} as const satisfies Partial<Record<keyof ConnectFlags, string>>

/** Makes a link, waits for whoever opens it, and prints the connection. Interrupted, it revokes the link. */
export async function connectInBrowser(
  flags: ConnectFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const request = sessionOf(flags)
  await using api = await openServed(flags, options)
  endInOrder(signal)
  signal.throwIfAborted()
  for (const host of flags.allowDomain ?? []) await api.call('POST', '/v1/domains', { host })
  const session = await api.call<MadeSession>('POST', '/v1/connect-sessions', request)
  const path = `/v1/connect-sessions/${session.id}`
  let ended: ConnectSessionView | undefined
  try {
    await printLink(session, options)
    ended = await follow(() => api.call<ConnectSessionView>('GET', path), session, signal)
  } finally {
    setStatus(undefined)
    if (ended === undefined) await revoke(api, path)
  }
  if (ended.status !== 'connected') throw endError(ended)
  const connection = await api.call<ConnectionView>('GET', `/v1/connections/${session.name}`)
  await printConnected(connection, provenOf(ended.findings), options)
}

/** The session that the flags ask for. @throws {UsageError} */
function sessionOf(flags: ConnectFlags) {
  for (const [name, flag] of Object.entries(NOT_HERE)) {
    if (Reflect.get(flags, name) === undefined) continue
    throw new UsageError('usage_invalid', `${flag} is given, and --browser.`, {
      remedy: `Leave ${flag} out: who opens the link gives that on the page. Or leave --browser out.`,
      details: { flag },
    })
  }
  const { name, org: orgUrl, clientId, description, scopes, for: wants, connectOrigin } = flags
  const methods = methodsOf(flags.methods)
  return { name, orgUrl, clientId, description, scopes, wants, methods, origin: connectOrigin }
}

function methodsOf(text: string | undefined) {
  const methods = text?.split(/[\s,]+/).filter(Boolean)
  if (methods === undefined || (methods.length > 0 && methods.every(isConnectMethod)))
    return methods
  throw new UsageError('usage_invalid', '--methods names no way to sign in.', {
    remedy: 'Give --methods service-app, api-token, or both with a comma in between.',
    details: { flag: '--methods' },
  })
}

/** The API of the server that runs; or of this process, which serves the page itself until the command ends. */
async function openServed(flags: ConnectFlags, options: GlobalOptions): Promise<ApiClient> {
  // The link is revoked after the interruption: what interrupts the wait does not interrupt that.
  const { signal } = new AbortController()
  const connectOrigins = flags.connectOrigin === undefined ? [] : [flags.connectOrigin]
  const dev = isOnThisMachine(flags.org)
  return (await openServedApi(options, { signal, dev, connectOrigins })).api
}

/** Whether the operator names an org on this machine. On the page nobody may, unless they did. */
function isOnThisMachine(org: string | undefined): boolean {
  if (org === undefined) return false
  try {
    return parseOrgUrl(org, { dev: true }).warnings.some(({ code }) => code === 'org_url_dev_mode')
  } catch {
    // A custom domain, or what the API is to refuse.
    return false
  }
}

async function printLink(
  { id, name, url, expiresAt }: MadeSession,
  { output: format }: GlobalOptions,
): Promise<void> {
  const link = { id, name, url, expiresAt }
  if (format === 'json' || format === 'jsonl') {
    // On one line: a program reads the link while this goes on.
    process.stdout.write(`${JSON.stringify(link)}\n`)
  } else {
    await printData(link, { format, text: () => url })
  }
  tell('Open it in a browser, or send it to the person who has the values. It opens once.')
}

/** Waits until a session has ended, and tells how far it is. @throws the reason of `signal`. */
async function follow(
  look: () => Promise<ConnectSessionView>,
  made: ConnectSessionView,
  signal: AbortSignal,
): Promise<ConnectSessionView> {
  let session = made
  for (;;) {
    showStatus(session)
    await systemClock.sleep(LOOK_EVERY_MS, { signal })
    const next = await look()
    tellChange(session, next)
    session = next
    if (session.status !== 'waiting' && session.status !== 'open') return session
  }
}

function showStatus({ status, expiresAt, triesLeft }: ConnectSessionView): void {
  if (!process.stderr.isTTY) return
  const left = formatDuration(Math.max(0, Date.parse(expiresAt) - systemClock.now().getTime()))
  const what = status === 'waiting' ? 'The link is not opened yet' : `Open, ${triesLeft} tries left`
  setStatus(paint('dim', `${what}; it ends in ${left}. Ctrl-C revokes it.`))
}

function tellChange(before: ConnectSessionView, now: ConnectSessionView): void {
  if (before.status === 'waiting' && now.status !== 'waiting') tell('The link was opened.')
  if (now.status === 'connected' || isSameTry(before.findings, now.findings)) return
  const problem = now.findings.find(isProblem)
  if (problem !== undefined) tell(`Tried, with a problem: ${showPlain(problem.observed)}`)
}

function isSameTry(one: readonly Finding[], other: readonly Finding[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

async function revoke(api: ApiClient, path: string): Promise<void> {
  // It ends by itself where it cannot be reached.
  const signal = AbortSignal.timeout(REVOKE_WITHIN_MS)
  await api
    .send({ method: 'DELETE', path, body: undefined, accept: 'application/json' }, signal)
    .catch(() => undefined)
}

function endError({ name, status, findings }: ConnectSessionView): ConnectEndError {
  const again = `Make a new link: postern connect ${name} --browser.`
  const details = { connection: name, status }
  switch (status) {
    case 'failed': {
      const problem = findings.find(isProblem)
      return new ConnectEndError(
        'connect_tries_failed',
        `Too many tries came to nothing${problem === undefined ? '.' : `; the last one: ${problem.observed}`}`,
        { remedy: `${problem?.remedy ?? 'Look for the right values.'} ${again}`, details },
      )
    }
    case 'revoked':
      return new ConnectEndError('connect_link_revoked', 'The link was revoked.', {
        remedy: again,
        details,
      })
    default:
      return new ConnectEndError(
        'connect_link_expired',
        'The time of the link was over before a connection was kept.',
        { remedy: again, details },
      )
  }
}
