/** @module What the server is asked, kept for a moment, and asked again when something changed. */

import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query'
import { useRef } from 'react'
import { type Asked, Client, RefusedError } from '../client.ts'

/** What asks for the person who is signed in. */
export const client = new Client({
  credentials: 'same-origin',
  // No page of another origin can send it.
  headers: { 'x-postern-console': '1' },
})

const FRESH_MS = 5_000
// What is over a moment later: a server that starts, and more questions than one person has at a time.
const PASSING: ReadonlySet<unknown> = new Set(['server_unreachable', 'request_too_many'])

/** What was answered, by path. */
export const answers = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // A server on this machine answers without any network.
      networkMode: 'always',
      retry: (count, error) => count < 2 && PASSING.has(codeOf(error)),
    },
    mutations: { networkMode: 'always', retry: false },
  },
})

/** An answer that is there, is awaited, or was refused. */
export type Answered<Answer> = UseQueryResult<Answer, RefusedError>

/** What the server answers to a GET. @param options.isAsked - false: not yet. @param options.everyMs - asks again so often. */
export function useAnswer<Answer>(
  path: string,
  { isAsked = true, everyMs }: { readonly isAsked?: boolean; readonly everyMs?: number } = {},
): Answered<Answer> {
  return useQuery<unknown, RefusedError, Answer>({
    queryKey: [path],
    queryFn: ({ signal }) => client.ask<Answer>({ method: 'GET', path, signal }),
    enabled: isAsked,
    // What was refused is not asked for again by itself.
    refetchInterval: ({ state }) => (state.error === null ? (everyMs ?? false) : false),
    // Another page of a list takes the place of the one before when it is there, so that nothing jumps.
    placeholderData: keepPreviousData,
  })
}

/** Asks the server to do something. What is known of the paths that begin with `changes` is asked again after it. */
export function useDeed<Given, Answer = unknown>(
  askedOf: (given: Given) => Asked,
  { changes }: { readonly changes: readonly string[] },
) {
  // A button is told that it was pressed a moment later, and may be pressed once more before.
  const isUnderWay = useRef(false)
  const deed = useMutation<Answer, RefusedError, Given>({
    mutationFn: (given) => client.ask<Answer>(askedOf(given)),
    onSettled: () => {
      isUnderWay.current = false
      void askAgain(changes)
    },
  })
  const mutate: typeof deed.mutate = (...given) => {
    if (isUnderWay.current) return
    isUnderWay.current = true
    deed.mutate(...given)
  }
  return { ...deed, mutate }
}

/** Asks again for what is known of paths that begin so. */
export function askAgain(beginnings: readonly string[]): Promise<void> {
  return answers.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      beginnings.some((beginning) => String(path).startsWith(beginning)),
  })
}

/** Forgets what was answered; who is signed in, and how one may, is asked for by nobody in particular. */
export function forgetAnswers(): void {
  answers.removeQueries({ predicate: ({ queryKey: [path] }) => !isOfSigningIn(String(path)) })
}

function isOfSigningIn(path: string): boolean {
  return path.startsWith('/v1/console/')
}

/** Whether a refusal says nothing of what was asked for: no answer, too many questions, a server in trouble. */
export function isPassing({ problem }: RefusedError): boolean {
  return (
    problem !== undefined &&
    (problem.status < 400 || problem.status === 429 || problem.status >= 500)
  )
}

/** The code of a refusal; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof RefusedError ? error.problem.code : undefined
}
