/** @module The Connect page: what it shows from the link to the connection. */

import { type ReactNode, useEffect, useState } from 'react'
import { type FieldProblem, RefusedError, type ServerProblem } from '../client.ts'
import { texts } from '../texts.ts'
import type { Session } from './answers.ts'
import { SessionOver } from './over.tsx'
import type { ConnectSession } from './session.ts'
import { ValuesForm } from './values-form.tsx'

type View =
  | { readonly at: 'opening' }
  | { readonly at: 'over'; readonly problem: ServerProblem | undefined }
  | { readonly at: 'form'; readonly session: Session }

const NO_PROBLEMS: readonly FieldProblem[] = []

/** The whole page. */
export function ConnectPage({ session }: { readonly session: ConnectSession }): ReactNode {
  const [view, setView] = useState<View>({ at: 'opening' })
  useEffect(() => {
    session.open().then(
      (opened) =>
        setView(opened ? { at: 'form', session: opened } : { at: 'over', problem: undefined }),
      (error: unknown) => {
        if (!(error instanceof RefusedError)) throw error
        setView({ at: 'over', problem: error.problem })
      },
    )
  }, [session])
  return <main className="page">{viewOf(view, session)}</main>
}

function viewOf(view: View, client: ConnectSession): ReactNode {
  switch (view.at) {
    case 'opening':
      return <p role="status">{texts.connect.opening}</p>
    case 'over':
      return <SessionOver problem={view.problem} />
    case 'form':
      return (
        <>
          <header>
            <h1>{texts.connect.title}</h1>
            <p>{texts.connect.subtitle(view.session.name)}</p>
          </header>
          <section className="card">
            <ValuesForm
              session={view.session}
              client={client}
              problems={NO_PROBLEMS}
              onTry={() => undefined}
            />
          </section>
        </>
      )
  }
}
