/** @module The filters of the System Log; what they say stands in the address. */

import { type ReactNode, useId } from 'react'
import { logTexts as texts } from '../../texts/console/log.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { withQuery } from '../address.ts'
import { ConnectionField } from '../connections/connection-field.tsx'
import { ChoiceField } from '../parts/choice-field.tsx'
import { InstantField } from '../parts/instant-field.tsx'
import { Link } from '../parts/link.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { type FilterName, filterNames, type LogQuery, ranges } from './log-query.ts'

const OUTCOMES = ['SUCCESS', 'FAILURE', 'DENY', 'ALLOW', 'CHALLENGE', 'SKIPPED', 'UNKNOWN']
const SEVERITIES = ['DEBUG', 'INFO', 'WARN', 'ERROR']
const OFTEN = ['text', 'eventType', 'actor', 'target'] as const
const SELDOM = ['ip', 'session', 'transaction'] as const
const DAY_MS = 24 * 3_600_000

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
    <InstantField
      label={texts[name]}
      className="filter-time"
      value={query[name]}
      onInstant={(instant) => onChange({ [name]: instant })}
      key={name}
    />
  ))
}

/** Another time: an exact one begins with the last day. */
function rangeChange(range: LogQuery['range'], { from, to }: LogQuery): Partial<LogQuery> {
  if (range !== 'exact') return { range, from: undefined, to: undefined }
  return { range, from: from ?? dayBefore(), to }
}

function dayBefore(): string {
  return new Date(Date.now() - DAY_MS).toISOString()
}
