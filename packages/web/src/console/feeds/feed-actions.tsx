/** @module What can be done with a feed: run it, compare it with the org, let it rest. */

import { type ReactNode, useState } from 'react'
import { feedTexts } from '../../texts/console/feeds.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { say } from '../parts/notices.tsx'
import { useDeed } from '../server.ts'
import { FEEDS, type Feed, feedPath, type Run } from './feed.ts'

const { actions: texts, verifiedTitle } = feedTexts

type Deed = 'run' | 'verify' | 'pause' | 'resume'

interface Outcome {
  readonly run?: Run
  readonly verified?: string
}

/** The buttons, and what came of the last one. */
export function FeedActions({ feed }: { readonly feed: Feed }): ReactNode {
  const [verified, setVerified] = useState<string>()
  const deed = useDeed<Deed, Outcome>((kind) => ({ path: feedPath(feed.name, `/${kind}`) }), {
    changes: [FEEDS],
  })
  const isPaused = feed.state === 'paused'
  const doIt = (kind: Deed) =>
    deed.mutate(kind, {
      onSuccess: (outcome) => {
        if (kind === 'pause') say(texts.paused)
        if (kind === 'resume') say(texts.resumed)
        if (kind === 'run') say(texts.ran(outcome.run?.report.records ?? 0))
        if (kind === 'verify')
          setVerified(outcome.verified ?? texts.ran(outcome.run?.report.records ?? 0))
      },
    })
  const underWay = deed.isPending ? deed.variables : undefined
  const isBusy = deed.isPending || feed.state === 'running'
  return (
    <>
      <button
        className="button primary"
        type="button"
        disabled={isBusy || isPaused}
        onClick={() => doIt('run')}
      >
        {underWay === 'run' ? texts.running : texts.run}
      </button>
      <button
        className="button"
        type="button"
        disabled={isBusy || isPaused}
        onClick={() => doIt('verify')}
      >
        {underWay === 'verify' ? texts.verifying : texts.verify}
      </button>
      <button
        className="button"
        type="button"
        disabled={deed.isPending && underWay !== 'run' && underWay !== 'verify'}
        onClick={() => doIt(isPaused ? 'resume' : 'pause')}
      >
        {isPaused ? texts.resume : texts.pause}
      </button>
      <Dialog
        isOpen={verified !== undefined || deed.error !== null}
        title={deed.error === null ? verifiedTitle : shellTexts.refused}
        onClose={() => {
          setVerified(undefined)
          deed.reset()
        }}
      >
        {deed.error === null ? (
          <p className="is-lines">{verified}</p>
        ) : (
          <ErrorState problem={deed.error.problem} />
        )}
        <div className="buttons">
          <button
            className="button primary"
            type="button"
            onClick={() => {
              setVerified(undefined)
              deed.reset()
            }}
          >
            {shellTexts.close}
          </button>
        </div>
      </Dialog>
    </>
  )
}
