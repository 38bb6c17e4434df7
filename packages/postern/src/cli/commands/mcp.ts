/** @module `postern mcp`: tools for an agent, over standard input and output, until its client goes. */

import { once } from 'node:events'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Secret } from '@postern/core'
import { readSecretText } from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import type { GlobalOptions } from '../global-options.ts'
import { endInOrder } from '../interruption.ts'
import { useKept } from '../kept-connection.ts'
import { findApi } from '../open-api.ts'
import { tell } from '../output.ts'
import { findShown, readActions } from './action.ts'
import { IdleApi } from './mcp-api.ts'
import { openBridge } from './mcp-bridge.ts'

/** The arguments and flags of `mcp`, as they were typed. */
export interface McpFlags {
  readonly names: readonly string[]
  readonly allow?: readonly string[]
  readonly accessKey?: string
}

/** Serves until standard input ends, or the command is interrupted. Standard output has the protocol and nothing else. */
export async function mcp(
  { names, allow = [], accessKey }: McpFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const key = await readAccessKey(accessKey, allow)
  // Another process may take the place of this one, which it cannot do any more once the client was heard.
  await findApi(options)
  await requireKnown({ names, allow }, options, signal)
  endInOrder(signal)
  const query = new URLSearchParams([
    ...names.map((name) => ['connection', name]),
    ...allow.map((action) => ['allow', action]),
  ])
  await using api = new IdleApi(options, { signal, accessKey: key })
  const served = serveStdio(() => openBridge(api, `/mcp?${query}`), {
    onerror: ({ message }) => options.debug && tell(message),
  })
  const isOver = [once(process.stdin, 'end'), once(process.stdin, 'close')]
  if (!signal.aborted) await Promise.race([...isOver, once(signal, 'abort')])
  await served.close()
  process.stdin.destroy()
}

/** A slip would only show as a tool that is never there. @throws {ApiProblem | UsageError} for what is not known */
async function requireKnown(
  { names, allow }: Required<Pick<McpFlags, 'names' | 'allow'>>,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  if (names.length === 0 && allow.length === 0) return
  for (const name of names)
    await useKept(name, { ...options, signal }, (api, path) => api.call('GET', path))
  if (allow.length === 0) return
  const known = await readActions(options, signal)
  for (const name of allow) {
    if (findShown(known, name).effect !== 'read') continue
    throw new UsageError('usage_invalid', `--allow ${name}: that action only reads.`, {
      remedy: 'Leave it out: what reads needs no --allow.',
      details: { flag: '--allow', action: name },
    })
  }
}

async function readAccessKey(
  reference: string | undefined,
  allow: readonly string[],
): Promise<Secret | undefined> {
  if (reference === undefined) return undefined
  const refused = (observed: string, remedy: string) =>
    new UsageError('usage_invalid', observed, { remedy })
  if (reference === '-')
    throw refused(
      'Standard input is the protocol, and cannot give the access key.',
      'Give --access-key a file or env:NAME.',
    )
  if (allow.length > 0)
    throw refused(
      '--allow is given beside an access key, whose rules say which actions it may plan.',
      'Name the actions in the rules of the access key (`postern access add`), and leave --allow out.',
    )
  const { env, stdin } = process
  return readSecretText(reference, '--access-key', { env, stdin })
}
