/** @module A connection that is kept, as commands use it. */

import { showHostile } from '@postern/core'
import { maxNameCharacters } from '../config/connection-name.ts'
import type { ApiClient } from './api-client.ts'
import { ApiProblem } from './api-problem.ts'
import type { StoreFlags } from './global-options.ts'
import { isAnythingKept, openApi } from './open-api.ts'

/**
 * Opens the API for a connection that is kept, and closes it again.
 *
 * @param work - is given the client, and the path of the connection in the API.
 * @throws {ApiProblem} `connection_not_found` with the command that would connect it.
 */
export async function useKept<Result>(
  name: string,
  options: StoreFlags & { readonly signal: AbortSignal },
  work: (api: ApiClient, path: string) => Promise<Result>,
): Promise<Result> {
  return useKeptServed(
    name,
    options,
    ({ api }, path) => work(api, path),
    async () => ({ api: await openApi(options, options.signal) }),
  )
}

/** The same, for what is opened beside the API. @param open - opens it, where anything is kept at all. */
export async function useKeptServed<Opened extends { readonly api: ApiClient }, Result>(
  name: string,
  options: StoreFlags,
  work: (opened: Opened, path: string) => Promise<Result>,
  open: () => Promise<Opened>,
): Promise<Result> {
  // No store is made only to find that nothing is in it.
  if (!(await isAnythingKept(options))) throw notKept(name)
  try {
    const opened = await open()
    await using _api = opened.api
    // A name that could be none leads nowhere else.
    return await work(opened, `/v1/connections/${encodeURIComponent(name)}`)
  } catch (error) {
    throw isMissing(error, name) ? notKept(name, error) : error
  }
}

/** Another one that was named beside it may be missing too. */
function isMissing(error: unknown, name: string): error is ApiProblem {
  if (!(error instanceof ApiProblem) || error.code !== 'connection_not_found') return false
  return (
    (error.details['connection'] ?? name) ===
    showHostile(name, { maxCharacters: maxNameCharacters })
  )
}

function notKept(name: string, cause?: ApiProblem): ApiProblem {
  // Only what can be a name, and is no secret in its place, is said back.
  const isShown = /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) && showHostile(name) === name
  const observed = isShown
    ? `No connection ${name} is kept.`
    : 'No connection of that name is kept.'
  return new ApiProblem('connection_not_found', observed, {
    remedy: `Connect it with postern connect ${isShown ? name : 'NAME'} --org … --client-id … --key …, or look at what is kept with postern connections list.`,
    status: 404,
    cause,
  })
}
