/** @module What an action found: the objects, what changes, how things are before and after, and what to know of it. */

import type { ReactNode } from 'react'
import { actionTexts } from '../../texts/console/actions.ts'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import type { Tone } from '../parts/tone.ts'
import type { Found } from './action.ts'
import { type Difference, differencesOf } from './differences.ts'

const { found: texts } = actionTexts

// Of ten thousand, the first ones say what it is about.
const SHOWN = 50

/** What was found. @param of.isDone - it is no dry run: it was done. */
export function FoundParts(of: { readonly found: Found; readonly isDone: boolean }): ReactNode {
  const { found, isDone } = of
  const { objects, effects, items, notes } = found
  const differences = differencesOf(found.before, found.after)
  return (
    <div className="found">
      <Part title={isDone ? texts.effectsDone : texts.effects}>
        {effects.length === 0 ? (
          <p>{isDone ? texts.nothingDone : texts.nothing}</p>
        ) : (
          <ul className="effects">
            {effects.slice(0, SHOWN).map(({ change, summary }) => (
              <li key={`${change} ${summary}`}>
                <bdi>{summary}</bdi>
              </li>
            ))}
            <More of={effects.length} />
          </ul>
        )}
      </Part>
      {notes.length > 0 && (
        <Part title={texts.notes}>
          <ul className="words is-rows">
            {notes.map((note) => (
              <li key={note}>
                <bdi>{note}</bdi>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {differences.length > 0 && (
        <Part title={texts.values}>
          <Table
            caption={texts.values}
            columns={differenceColumns}
            rows={differences.slice(0, SHOWN)}
            keyOf={({ name }) => name}
          />
        </Part>
      )}
      {objects.length > 0 && (
        <Part title={texts.objects}>
          <ul className="words is-rows">
            {objects.slice(0, SHOWN).map(({ kind, id, name }) => (
              <li key={`${kind} ${id}`}>
                <span className="quiet">{texts.kinds[kind]}</span> <bdi>{name}</bdi>{' '}
                <code className="quiet">{id}</code>
              </li>
            ))}
            <More of={objects.length} />
          </ul>
        </Part>
      )}
      {items !== undefined && items.length > 0 && (
        <Part title={texts.items}>
          <Table
            caption={texts.items}
            columns={itemColumns}
            rows={items.slice(0, SHOWN)}
            keyOf={({ value }) => value}
            detailOf={({ error }) =>
              error && (
                <>
                  <bdi>{error.message}</bdi> {error.remedy} <code>{error.code}</code>
                </>
              )
            }
          />
          {items.length > SHOWN && <p className="quiet">{texts.more(items.length - SHOWN)}</p>}
        </Part>
      )}
    </div>
  )
}

/** One part of it, under its own small heading. */
export function Part(of: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <section className="found-part">
      <h3>{of.title}</h3>
      {of.children}
    </section>
  )
}

function More({ of }: { readonly of: number }): ReactNode {
  return of > SHOWN && <li className="quiet">{texts.more(of - SHOWN)}</li>
}

const differenceColumns: readonly Column<Difference>[] = [
  { key: 'name', name: texts.name, cell: ({ name }) => <code>{name}</code> },
  {
    key: 'before',
    name: texts.before,
    cell: ({ before, after }) => <Side text={before} isOther={before !== after} was />,
  },
  {
    key: 'after',
    name: texts.after,
    cell: ({ before, after }) => <Side text={after} isOther={before !== after} />,
  },
]

/** One side. What is taken away is struck through, what takes its place stands out: never by colour alone. */
function Side(of: {
  readonly text: string | undefined
  readonly isOther: boolean
  readonly was?: boolean
}): ReactNode {
  const { text, isOther, was = false } = of
  if (text === undefined) return <span className="quiet">{texts.blank}</span>
  if (!isOther) return <bdi className="value">{text}</bdi>
  const Mark = was ? 'del' : 'ins'
  return (
    <Mark className="value">
      <bdi>{text}</bdi>
    </Mark>
  )
}

type Item = NonNullable<Found['items']>[number]

const TONES: Readonly<Record<Item['outcome'], Tone>> = {
  changed: 'good',
  already_so: 'quiet',
  planned: 'busy',
  failed: 'bad',
}

const itemColumns: readonly Column<Item>[] = [
  { key: 'value', name: texts.item, cell: ({ value }) => <bdi className="is-short">{value}</bdi> },
  {
    key: 'outcome',
    name: texts.outcome,
    cell: ({ outcome }) => <State tone={TONES[outcome]}>{texts.outcomes[outcome]}</State>,
  },
]
