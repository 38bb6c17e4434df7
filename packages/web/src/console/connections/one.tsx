/** @module One connection: what it is, what is wrong with it, its key, its rate budget, and what was done with it. */

import type { ReactNode } from 'react'
import { connectionTexts as texts } from '../../texts/console/connections.ts'
import { Facts } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { View } from '../parts/view.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { type Connection, connectionPath, stateOf } from './connection.ts'
import { Doctor } from './doctor.tsx'
import { KeyPanel } from './key-panel.tsx'
import { RateBudget } from './rate-budget.tsx'
import { RecentCalls } from './recent-calls.tsx'
import { Roles } from './roles.tsx'
import { Scopes } from './scopes.tsx'
import { HeldToken } from './token.tsx'

// Nobody tells when a token was renewed, or who made a call.
const EVERY_MS = 10_000

/** The connection. */
export function OneConnection({
  of,
}: {
  readonly of: Readonly<Record<string, string>>
}): ReactNode {
  const name = of['name'] ?? ''
  const permissions = usePermissions()
  const answer = useAnswer<Connection>(connectionPath(name), { everyMs: EVERY_MS })
  const state = answer.data === undefined ? undefined : stateOf(answer.data)
  return (
    <View
      title={name}
      within={{ name: texts.title, to: '/connections' }}
      beside={state !== undefined && <State tone={state.tone}>{state.word}</State>}
    >
      <Loaded answer={answer}>
        {(connection) => (
          <>
            <Doctor connection={connection} />
            <div className="panels">
              <ConnectionFacts connection={connection} />
              {connection.kind === 'service-app' && (
                <div className="panel-stack">
                  <KeyPanel connection={connection} />
                  <HeldToken token={connection.token} />
                </div>
              )}
            </div>
            <RateBudget connection={name} />
            {permissions.may('admin', name) && <RecentCalls connection={name} />}
          </>
        )}
      </Loaded>
    </View>
  )
}

function ConnectionFacts({ connection }: { readonly connection: Connection }): ReactNode {
  const { facts } = texts
  const { kind, scopes, inputs } = connection
  return (
    <Panel title={facts.title}>
      <Facts
        facts={{
          [facts.org]: <bdi>{connection.orgUrl}</bdi>,
          [facts.description]: connection.description && <bdi>{connection.description}</bdi>,
          [facts.kind]: texts.kinds[kind],
          [facts.clientId]: connection.clientId && <code>{connection.clientId}</code>,
          [facts.scopes]:
            kind === 'api-token' ? undefined : scopes === undefined || scopes.length === 0 ? (
              facts.noScopes
            ) : (
              <Scopes scopes={scopes} />
            ),
          [texts.roles.title]:
            kind === 'service-app' ? <Roles connection={connection} /> : undefined,
          [facts.dpop]: connection.dpop,
          [facts.inputs]: <Inputs inputs={inputs} />,
          [facts.lastUsed]:
            connection.lastUsedAt === undefined ? (
              facts.neverUsed
            ) : (
              <Time at={connection.lastUsedAt} />
            ),
          [facts.created]: <Time at={connection.createdAt} />,
        }}
      />
    </Panel>
  )
}

function Inputs({ inputs }: Pick<Connection, 'inputs'>): ReactNode {
  return (
    <ul className="words is-rows">
      {inputs.map(({ name, title, runs, missingScopes }) => (
        <li key={name}>
          {title}
          {!runs && missingScopes.length > 0 && (
            <span className="quiet"> {texts.facts.cannot(missingScopes.join(', '))}</span>
          )}
        </li>
      ))}
    </ul>
  )
}
