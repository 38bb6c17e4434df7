/** @module Runs an action once, however often its button is pressed and its answer is lost. */

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { RefusedError } from '../../client.ts'
import { actionTexts } from '../../texts/console/actions.ts'
import { askAgain, client } from '../server.ts'
import type { ActionAnswer } from './action.ts'

const { dry: texts } = actionTexts

/** A run, and how far it is. @param path - of the action. */
export function useRun(path: string) {
  const [progress, setProgress] = useState<string>(texts.running)
  const [idempotencyKey] = useState(() => crypto.randomUUID())
  const running = useMutation<ActionAnswer, RefusedError, object>({
    mutationFn: (body) =>
      client.ask<ActionAnswer>({
        path,
        body,
        headers: { 'idempotency-key': idempotencyKey },
        onEvent: (event) => {
          const { done, of } = event as { readonly done: number; readonly of: number }
          setProgress(texts.runningOf(done, of))
        },
      }),
    onSettled: () => {
      void askAgain(['/v1/plans', '/v1/audit'])
    },
  })
  return { ...running, progress }
}
