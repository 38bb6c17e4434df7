/** @module What an action answered: of a question the answer, of a change what is different now. */

import { type ReactNode, useEffect, useRef } from 'react'
import { actionTexts } from '../../texts/console/actions.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import type { ActionAnswer } from './action.ts'
import { FoundParts, Part } from './found.tsx'

const { found: texts, ran } = actionTexts

/** The answer. */
export function Answered({ answer }: { readonly answer: ActionAnswer }): ReactNode {
  const { changed, result, requestIds } = answer
  const place = useRef<HTMLDivElement>(null)
  // Whoever pressed the button below the form sees what came of it.
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const isQuestion = result !== undefined && answer.effects.length === 0 && !changed
  return (
    <div ref={place}>
      <Panel title={isQuestion ? ran.answered : ran.title}>
        {!isQuestion && (
          <p role="status">
            <State tone={changed ? 'good' : 'quiet'}>{changed ? ran.changed : ran.already}</State>
          </p>
        )}
        {result !== undefined && (
          <Part title={texts.result}>
            <CodeBlock text={JSON.stringify(result, null, 2)} label={texts.result} />
          </Part>
        )}
        {!isQuestion && <FoundParts found={answer} isDone />}
        {requestIds.length > 0 && (
          <p className="quiet">
            {texts.requests}: <code>{requestIds.slice(0, 5).join(', ')}</code>
          </p>
        )}
      </Panel>
    </div>
  )
}
