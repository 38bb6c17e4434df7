/** @module When a feed runs, and where one of the System Log begins. */

import type { ReactNode } from 'react'
import { makeFeedTexts as texts } from '../../texts/console/make-feed.ts'
import { ChoiceField } from '../parts/choice-field.tsx'
import { TextField } from '../parts/text-field.tsx'
import type { DraftFieldOf } from './draft-field.ts'
import { beginnings, CUSTOM, LOG } from './feed-draft.ts'

const own = Intl.DateTimeFormat().resolvedOptions().timeZone
const zones = [...new Set(['UTC', own, ...Intl.supportedValuesOf('timeZone')])]

/** The schedule and its time zone. */
export function ScheduleFields({ draft, problems, onChange }: DraftFieldOf): ReactNode {
  const { schedule, cron, timezone } = draft
  return (
    <>
      <ChoiceField
        label={texts.schedule}
        value={schedule}
        choices={texts.schedules}
        onChoose={(chosen) => onChange({ schedule: chosen })}
      />
      {schedule !== '' && (
        <ChoiceField
          label={texts.timezone}
          value={timezone}
          hint={problems.timezone}
          choices={zones.map((zone) => [zone, zone] as const)}
          onChoose={(chosen) => onChange({ timezone: chosen })}
        />
      )}
      {schedule === CUSTOM && (
        <TextField
          label={texts.cron}
          hint={texts.cronHint}
          problem={problems.cron}
          spellCheck={false}
          value={cron}
          onText={(text) => onChange({ cron: text })}
        />
      )}
    </>
  )
}

/** Where it begins; of the other inputs everything there is is read. */
export function BeginField({ draft, problems, onChange }: DraftFieldOf): ReactNode {
  if (draft.input !== LOG) return null
  return (
    <>
      <ChoiceField
        label={texts.begins}
        value={draft.begins}
        choices={beginnings.map((beginning) => [beginning, texts.beginnings[beginning]] as const)}
        onChoose={(begins) => onChange({ begins })}
      />
      {draft.begins === 'day' && (
        <TextField
          label={texts.day}
          problem={problems.day}
          type="date"
          value={draft.day}
          onText={(day) => onChange({ day })}
        />
      )}
    </>
  )
}
