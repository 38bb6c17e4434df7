/** @module The first records that a feed would read, as text. */

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { RefusedError } from '../../client.ts'
import { makeFeedTexts } from '../../texts/console/make-feed.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { client } from '../server.ts'
import { type FeedDraft, previewBody } from './feed-draft.ts'
import { indented } from './indented.ts'

const { plan: texts } = makeFeedTexts

interface Previewed {
  readonly records: readonly string[]
}

/** The records, read from the org once for each way to ask for them. */
export function Sample({ draft }: { readonly draft: FeedDraft }): ReactNode {
  const body = previewBody(draft)
  const answer = useQuery<Previewed, RefusedError>({
    queryKey: ['/v1/feeds/preview', body],
    queryFn: ({ signal }) => client.ask<Previewed>({ path: '/v1/feeds/preview', body, signal }),
    staleTime: 60_000,
  })
  return (
    <section className="found-part">
      <h3>{texts.sample}</h3>
      <p className="quiet">{texts.sampleNote}</p>
      <Loaded answer={answer} height="flat">
        {({ records }) =>
          records.length === 0 ? (
            <p>{texts.noSample}</p>
          ) : (
            records.map((record, index) => (
              // The records of one answer stay where they are.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <details className="record" open={index === 0} key={index}>
                <summary>{texts.record(index + 1)}</summary>
                <CodeBlock text={indented(record)} label={texts.record(index + 1)} />
              </details>
            ))
          )
        }
      </Loaded>
    </section>
  )
}
