/** @module How far the effects of a plan go: whom and what they touch beside what is named. */

import type { ReactNode } from 'react'
import { actionTexts } from '../../texts/console/actions.ts'
import { Facts } from '../parts/facts.tsx'
import { numberText } from '../parts/number-text.ts'

const { found: texts } = actionTexts

/** The reach; null where nobody can tell. */
export function Reach({
  reach,
}: {
  readonly reach: Readonly<Record<string, unknown>> | null
}): ReactNode {
  if (reach === null || Object.keys(reach).length === 0) {
    return <p className="quiet">{texts.unknownReach}</p>
  }
  const facts: Record<string, ReactNode> = {}
  for (const [name, value] of Object.entries(reach)) facts[nameOf(name)] = <Value value={value} />
  return <Facts facts={facts} />
}

function Value({ value }: { readonly value: unknown }): ReactNode {
  if (value === null) return <span className="quiet">{texts.unreadable}</span>
  if (typeof value === 'number') return numberText(value)
  if (Array.isArray(value)) return value.length === 0 ? '0' : <Names names={value.map(String)} />
  if (typeof value === 'object') {
    const { count, labels } = value as { readonly count?: unknown; readonly labels?: unknown }
    if (typeof count === 'number' && Array.isArray(labels)) {
      return (
        <>
          {numberText(count)}
          {labels.length > 0 && (
            <span className="quiet">
              {': '}
              <Names names={labels.map(String)} />
            </span>
          )}
        </>
      )
    }
    return <bdi>{JSON.stringify(value)}</bdi>
  }
  return <bdi>{String(value)}</bdi>
}

function Names({ names }: { readonly names: readonly string[] }): ReactNode {
  return names.map((name, index) => (
    <span key={name}>
      {index > 0 && ', '}
      <bdi>{name}</bdi>
    </span>
  ))
}

/** `adminRoles` as people say it: `Admin roles`. */
function nameOf(member: string): string {
  const words = member.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
