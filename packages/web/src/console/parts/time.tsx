/** @module A time as people say it, with the exact one on hover, on focus, and on a press for all of them. */

import { type ReactNode, useSyncExternalStore } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { client } from '../server.ts'
import { useNow } from './clock.ts'
import { exactText, relativeText } from './time-text.ts'
import { WithTooltip } from './tooltip.tsx'

let isExact = false
const listeners = new Set<() => void>()

/** The time. @param of.at - ISO 8601; undefined for one that there is not. */
export function Time({ at }: { readonly at: string | null | undefined }): ReactNode {
  const now = useNow()
  const exactWanted = useSyncExternalStore(subscribe, () => isExact)
  if (at === undefined || at === null) return <span className="quiet">{texts.none}</span>
  const date = new Date(at)
  const exact = exactText(date)
  // What happened since the clock was looked at last is not to come.
  const said = relativeText(date, date.getTime() > now ? client.now() : now)
  return (
    <WithTooltip
      words={exactWanted ? said : exact}
      label={`${said}, ${exact}`}
      className="time"
      onPress={toggle}
    >
      <time dateTime={at}>{exactWanted ? exact : said}</time>
    </WithTooltip>
  )
}

function toggle(): void {
  isExact = !isExact
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
