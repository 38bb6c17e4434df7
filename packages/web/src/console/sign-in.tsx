/** @module Signing in: as a person, where the operator has set that up, or with an access key. */

import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import type { RefusedError } from '../client.ts'
import { shellTexts } from '../texts/console/shell.ts'
import { ErrorState, type ToldProblem } from './parts/error-state.tsx'
import { TextField } from './parts/text-field.tsx'
import { answers, client, forgetAnswers } from './server.ts'
import { SESSION, type Session } from './session.ts'

const { signIn: texts, product } = shellTexts

interface Ways {
  readonly accessKey: boolean
  readonly openid: { readonly name: string } | null
}

/** The form. @param of.refused - why somebody who followed a link is here. */
export function SignIn({ refused }: { readonly refused: ToldProblem | undefined }): ReactNode {
  const ways = useQuery<Ways, RefusedError>({
    queryKey: ['/v1/console/sign-in'],
    queryFn: () => client.ask<Ways>({ method: 'GET', path: '/v1/console/sign-in' }),
  })
  useEffect(() => {
    document.title = `${texts.title} · ${product}`
    // Whoever signs in next may be somebody else.
    forgetAnswers()
  }, [])
  const openid = ways.data?.openid ?? null
  return (
    <main className="gate">
      <div className="card sign-in">
        <h1>{texts.title}</h1>
        {refused !== undefined && <ErrorState problem={refused} />}
        {openid !== null && (
          <>
            <a className="button primary" href={beginOf(location.pathname + location.search)}>
              {texts.withOpenid(openid.name)}
            </a>
            <p className="sign-in-or" aria-hidden="true">
              {texts.or}
            </p>
          </>
        )}
        <AccessKeyForm isFirst={openid === null} />
      </div>
    </main>
  )
}

function AccessKeyForm({ isFirst }: { readonly isFirst: boolean }): ReactNode {
  const [text, setText] = useState('')
  const [isBlank, setBlank] = useState(false)
  const entering = useMutation<Session, RefusedError, string>({
    mutationFn: async (accessKey) => {
      await client.ask({ path: SESSION, body: { accessKey } })
      return client.ask<Session>({ method: 'GET', path: SESSION })
    },
    onSuccess: (session) => {
      // It stays in no control and in no memory of what was asked.
      setText('')
      entering.reset()
      answers.setQueryData([SESSION], session)
    },
  })
  const enter = (event: FormEvent) => {
    event.preventDefault()
    setBlank(text.trim() === '')
    if (text.trim() !== '') entering.mutate(text.trim())
  }
  return (
    <form className="sign-in-key" onSubmit={enter} noValidate>
      <TextField
        label={texts.key}
        hint={texts.keyHint}
        problem={isBlank ? texts.blank : undefined}
        type="password"
        spellCheck={false}
        value={text}
        onText={setText}
      />
      {entering.error !== null && <ErrorState problem={entering.error.problem} />}
      <button
        className={isFirst ? 'button primary' : 'button'}
        type="submit"
        disabled={entering.isPending}
      >
        {entering.isPending ? texts.underWay : texts.button}
      </button>
    </form>
  )
}

function beginOf(to: string): string {
  return `/v1/console/openid/begin?${new URLSearchParams({ to })}`
}
