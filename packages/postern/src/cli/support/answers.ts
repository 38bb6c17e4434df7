/** @module What a support bundle asks the API, each question by itself: what is not answered says why. */

import { PosternError } from '@postern/core'
import type { ApiClient } from '../api-client.ts'

/** Why something is not in the bundle. */
export interface SectionProblem {
  readonly problem: { readonly code: string; readonly message: string; readonly remedy?: string }
}

/** What the API answered to one question. */
export type Answered<Value> = { readonly value: Value } | SectionProblem

type Json = Readonly<Record<string, unknown>>

/** All that was asked. */
export interface Answers {
  readonly status: Answered<Json>
  readonly store: Answered<Json>
  readonly connections: Answered<readonly Json[]>
  readonly sinks: Answered<readonly Json[]>
  readonly feeds: Answered<readonly Json[]>
  /** The newest runs, by feed. */
  readonly runs: Answered<Readonly<Record<string, readonly Json[]>>>
  readonly accessKeys: Answered<readonly Json[]>
  readonly metrics: Answered<string>
}

// Of more of them a bundle would tell nothing more.
const MAX_FEEDS = 100
const RUNS = 5

/** Asks everything. */
export async function askAll(api: Pick<ApiClient, 'call' | 'send'>): Promise<Answers> {
  const list = (path: string, member: string) =>
    attempt(
      async () => (await api.call<Record<string, readonly Json[]>>('GET', path))[member] ?? [],
    )
  const feeds = await list(`/v1/feeds?limit=${MAX_FEEDS}`, 'feeds')
  return {
    status: await attempt(() => api.call<Json>('GET', '/v1/status')),
    store: await attempt(() => api.call<Json>('GET', '/v1/store')),
    connections: await list('/v1/connections', 'connections'),
    sinks: await list('/v1/sinks', 'sinks'),
    feeds,
    runs: await attempt(() => runsOf(api, 'value' in feeds ? feeds.value : [])),
    accessKeys: await list('/v1/access-keys', 'accessKeys'),
    metrics: await attempt(() => metricsOf(api)),
  }
}

/** Nothing was asked, and why. */
export function unanswered(error: unknown): Answers {
  const problem = problemOf(error)
  return {
    ...{ status: problem, store: problem, connections: problem, sinks: problem },
    ...{ feeds: problem, runs: problem, accessKeys: problem, metrics: problem },
  }
}

/** Why something cannot be told. */
export function problemOf(error: unknown): SectionProblem {
  if (error instanceof PosternError) {
    const { code, message, remedy } = error
    return { problem: { code, message, remedy } }
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return {
      problem: {
        code: 'server_silent',
        message: 'The server did not answer in time.',
        remedy:
          'Look at its log and its processor. Stop it and make a bundle again: it then has what the store says.',
      },
    }
  }
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'unknown'
  // What nobody planned for may quote anything.
  return { problem: { code, message: error instanceof Error ? error.name : 'It failed.' } }
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Answered<Value>> {
  try {
    return { value: await work() }
  } catch (error) {
    return problemOf(error)
  }
}

async function runsOf(
  api: Pick<ApiClient, 'call'>,
  feeds: readonly Json[],
): Promise<Readonly<Record<string, readonly Json[]>>> {
  const all: Record<string, readonly Json[]> = {}
  for (const { name } of feeds) {
    const path = `/v1/feeds/${encodeURIComponent(String(name))}/runs?limit=${RUNS}`
    all[String(name)] = (await api.call<{ readonly runs: readonly Json[] }>('GET', path)).runs
  }
  return all
}

async function metricsOf(api: Pick<ApiClient, 'send'>): Promise<string> {
  const accept = 'text/plain'
  const { status, body } = await api.send({
    method: 'GET',
    path: '/metrics',
    body: undefined,
    accept,
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  if (status !== 200) throw new Error(`/metrics answered ${status}`)
  return Buffer.concat(chunks).toString('utf8')
}
