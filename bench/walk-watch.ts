/** @module Starts the emulated org of a walk, and notes what it answers. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Transport } from '@postern/core'
import type { WalkOrg, WalkOrgOptions } from './walk-org.ts'

/** An answer of the list that was walked. */
export interface Seen {
  readonly status: number
  /** What the org allows the walk's token, a minute. */
  readonly limit: number
  /** Names the org's window. */
  readonly reset: string
}

/** An org in a process of its own, and how it is reached. */
export async function startWalkOrg(
  options: WalkOrgOptions,
): Promise<{ child: ChildProcess; at: WalkOrg }> {
  const program = fileURLToPath(new URL('walk-org.ts', import.meta.url))
  const args = ['--conditions=source', program, JSON.stringify(options)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [at] = await once(child, 'message')
  return { child, at }
}

/** The transport, with every answer to a request for the list noted. */
export function watched(path: string, send: Transport, seen: Seen[]): Transport {
  return async (request) => {
    const answer = await send(request)
    if (new URL(request.url).pathname === path) {
      const { status, headers } = answer
      const limit = Number(headers.get('x-rate-limit-limit'))
      seen.push({ status, limit, reset: headers.get('x-rate-limit-reset') ?? '' })
    }
    return answer
  }
}

/** How many refusals each of the org's windows had that had any, in order of time. */
export function refusalsByWindow(seen: readonly Seen[]): readonly number[] {
  const refused = seen.filter(({ status }) => status === 429)
  return [...Map.groupBy(refused, ({ reset }) => reset).values()].map(({ length }) => length)
}
