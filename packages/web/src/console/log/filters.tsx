/** @module The filters of the System Log; what they say stands in the address. */

import { type ReactNode, useId } from 'react'
import { logTexts as texts } from '../../texts/console/log.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { ConnectionField } from '../connections/connection-field.tsx'
import { ChoiceField } from '../parts/choice-field.tsx'
import { Link } from '../parts/link.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { type FilterName, filterNames, type LogQuery, ranges } from './log-query.ts'

const OUTCOMES = ['SUCCESS', 'FAILURE', 'DENY', 'ALLOW', 'CHALLENGE', 'SKIPPED', 'UNKNOWN']
const SEVERITIES = ['DEBUG', 'INFO', 'WARN', 'ERROR']
const OFTEN = ['text', 'eventType', 'actor', 'target'] as const
const SELDOM = ['ip', 'session', 'transaction'] as const
// What is entered comes with minutes; a day and an hour are enough to find anything.
const FIELD_CHARACTERS = 'yyyy-mm-ddThh:mm'.length
const MINUTE_MS = 60_000

/** The filters. */
export function LogFilters(of: {
  readonly query: LogQuery
  readonly onChange: (changed: Partial<LogQuery>) => void
}): ReactNode {
  const { query, onChange } = of
  const { connection, range, filters } = query
  const id = useId()
  const filter = (name: FilterName, value: string) =>
    onChange({ filters: { ...filters, [name]: value === '' ? undefined : value } })
  const isHidden = [...SELDOM, 'severity' as const].every((name) => filters[name] === undefined)
  const chosen = filterNames.filter((name) => filters[name] !== undefined)
  return (
    <search className="log-filters">
      <div className="filters">
        <ConnectionField
          verb="read"
          value={connection}
          onChoose={(named) => onChange({ connection: named })}
        />
        <ChoiceField
          label={texts.range}
          value={range}
          choices={ranges.map((one) => [one, texts.ranges[one]] as const)}
          onChoose={(one) => onChange(rangeChange(one, query))}
        />
        {range === 'exact' && <Instants query={query} onChange={onChange} />}
        <Choice name="outcome" choices={OUTCOMES} filters={filters} onFilter={filter} />
        {OFTEN.map((name) => (
          <SearchField
            label={texts.filters[name]}
            value={filters[name] ?? ''}
            onChange={(value) => filter(name, value)}
            key={name}
          />
        ))}
      </div>
      <details className="more-filters" open={!isHidden} id={id}>
        <summary>{texts.more}</summary>
        <div className="filters">
          <Choice name="severity" choices={SEVERITIES} filters={filters} onFilter={filter} />
          {SELDOM.map((name) => (
            <SearchField
              label={texts.filters[name]}
              value={filters[name] ?? ''}
              onChange={(value) => filter(name, value)}
              key={name}
            />
          ))}
        </div>
      </details>
      {chosen.length > 0 && (
        <ul className="chips">
          {chosen.map((name) => (
            <li className="chip" key={name}>
              <span className="quiet">{texts.chips[name]}</span> <bdi>{filters[name]}</bdi>
              <button
                type="button"
                className="chip-remove"
                aria-label={texts.remove(texts.chips[name])}
                onClick={() => filter(name, '')}
              >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                  <path d="M4.500 4.500l7 7M11.500 4.500l-7 7" />
                </svg>
              </button>
            </li>
          ))}
          <li>
            <Link to={withQuery('/log', { connection })}>{shellTexts.clear}</Link>
          </li>
        </ul>
      )}
    </search>
  )
}

function Choice(of: {
  readonly name: 'outcome' | 'severity'
  readonly choices: readonly string[]
  readonly filters: LogQuery['filters']
  readonly onFilter: (name: FilterName, value: string) => void
}): ReactNode {
  const { name, choices, filters, onFilter } = of
  const value = filters[name] ?? ''
  // An address may ask for one that Okta has and this list does not.
  const all = value === '' || choices.includes(value) ? choices : [...choices, value]
  return (
    <ChoiceField
      label={texts.filters[name]}
      value={value}
      choices={[['', texts.any], ...all.map((one) => [one, one] as const)]}
      onChoose={(chosen) => onFilter(name, chosen)}
    />
  )
}

function Instants(of: {
  readonly query: LogQuery
  readonly onChange: (changed: Partial<LogQuery>) => void
}): ReactNode {
  const { query, onChange } = of
  return (['from', 'to'] as const).map((name) => (
    <label className="filter-time" key={name}>
      {texts[name]}
      <input
        className="input"
        type="datetime-local"
        value={fieldText(query[name])}
        onChange={(event) => onChange({ [name]: instantOf(event.currentTarget.value) })}
      />
    </label>
  ))
}

/** Another time: an exact one begins with the last day. */
function rangeChange(range: LogQuery['range'], { from, to }: LogQuery): Partial<LogQuery> {
  if (range !== 'exact') return { range, from: undefined, to: undefined }
  return { range, from: from ?? dayBefore(), to }
}

function dayBefore(): string {
  return new Date(Date.now() - 24 * 60 * MINUTE_MS).toISOString()
}

/** An instant as a field of the browser has it, in its time zone. */
function fieldText(instant: string | undefined): string {
  const date = new Date(instant ?? '')
  if (Number.isNaN(date.getTime())) return ''
  const local = new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS)
  return local.toISOString().slice(0, FIELD_CHARACTERS)
}

function instantOf(text: string): string | undefined {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
