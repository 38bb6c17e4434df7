/** @module The whole console: who is there, and then what they may see. */

import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { RefusedError, type ServerProblem } from '../client.ts'
import { shellTexts as texts } from '../texts/console/shell.ts'
import { Frame } from './frame.tsx'
import { ErrorState } from './parts/error-state.tsx'
import { Notices } from './parts/notices.tsx'
import { TooltipRoot } from './parts/tooltip.tsx'
import { answers, client, codeOf } from './server.ts'
import { SESSION, type Session, SessionContext, useIsPageHeld } from './session.ts'
import { SignIn } from './sign-in.tsx'

/** The console. @param of.link - what a one-time link has behind its `#`. */
export function Console({ link }: { readonly link: string | undefined }): ReactNode {
  return (
    <QueryClientProvider client={answers}>
      <Gate link={link} />
      <TooltipRoot />
      <Notices />
    </QueryClientProvider>
  )
}

function Gate({ link }: { readonly link: string | undefined }): ReactNode {
  const session = useQuery<Session, RefusedError>({
    queryKey: [SESSION],
    queryFn: () => openSession(link),
    staleTime: 60_000,
  })
  const isHeld = useIsPageHeld()
  useEffect(
    () =>
      // An answer that says that nobody is signed in any more is true of every view.
      answers.getQueryCache().subscribe(({ query }) => {
        const isOver = query.state.error !== null && isSignedOut(query.state.error)
        if (isOver && query.queryKey[0] !== SESSION) void session.refetch()
      }),
    [session.refetch],
  )
  if (session.error !== null && isSignedOut(session.error) && !isHeld) {
    return <SignIn refused={refusalOf(session.error, link)} />
  }
  if (session.data !== undefined) {
    return (
      <SessionContext value={session.data}>
        <Frame />
      </SessionContext>
    )
  }
  if (session.error !== null) {
    return (
      <main className="gate">
        <ErrorState problem={session.error.problem} onAgain={() => void session.refetch()} />
      </main>
    )
  }
  return (
    <main className="gate">
      <p role="status">{texts.opening}</p>
    </main>
  )
}

const spent = new Set<string>()

/** The session of the cookie; where a link was followed, the one that it is exchanged for. */
async function openSession(link: string | undefined): Promise<Session> {
  const refused = link === undefined ? undefined : await exchange(link)
  try {
    return await client.ask<Session>({ method: 'GET', path: SESSION })
  } catch (error) {
    if (refused === undefined || !isSignedOut(error as Error)) throw error
    throw new RefusedError({ ...refused, status: 401 })
  }
}

/** Spends a link. @returns why it gave no session; somebody who has one already needs none. */
async function exchange(link: string): Promise<ServerProblem | undefined> {
  if (spent.has(link)) return undefined
  spent.add(link)
  try {
    await client.ask({ path: SESSION, body: { link } })
  } catch (error) {
    if (error instanceof RefusedError) return error.problem
    throw error
  }
  return undefined
}

function isSignedOut(error: Error): boolean {
  return error instanceof RefusedError && error.problem.status === 401
}

/** Nobody who comes for the first time has done anything wrong. */
function refusalOf(error: RefusedError, link: string | undefined) {
  return link !== undefined && codeOf(error) !== undefined ? error.problem : undefined
}
