/** @module *Guide me*: from the URL of an org to a service app or an API token that works. */

import { type ReactNode, useEffect, useState } from 'react'
import type { FieldProblem } from '../../client.ts'
import { texts } from '../../texts.ts'
import type { ConnectionMembers, Session } from '../answers.ts'
import { ViewHeading } from '../heading.tsx'
import type { ConnectSession, GuideChoice } from '../session.ts'
import type { Connecting } from '../use-connect.ts'
import { ApiTokenGuide } from './api-token.tsx'
import { type BegunGuide, ServiceAppGuide } from './service-app.tsx'
import { GuideStart } from './start.tsx'

type Stage =
  | { readonly at: 'start' }
  | { readonly at: 'beginning' }
  | { readonly at: 'service-app'; readonly begun: BegunGuide }
  | { readonly at: 'api-token'; readonly orgUrl: string }

/** The guide. */
export function Guide(of: {
  readonly session: Session
  readonly client: ConnectSession
  readonly problems: readonly FieldProblem[]
  /** Tries an API token. */
  readonly onTry: (members: Partial<ConnectionMembers>) => void
  /** Tries the app of the guide. */
  readonly onFinish: () => void
  readonly ask: Connecting['ask']
}): ReactNode {
  const { session, client, problems, onTry, onFinish, ask } = of
  const [stage, setStage] = useState<Stage>({ at: 'start' })
  const [earlier, setEarlier] = useState(client.remembered.choice)
  const begin = async (choice: GuideChoice) => {
    client.remember({ choice })
    setEarlier(choice)
    const { method, ...wanted } = choice
    if (method === 'api-token') return setStage({ at: 'api-token', orgUrl: choice.orgUrl })
    setStage({ at: 'beginning' })
    const begun = await ask(() => client.beginGuide(wanted))
    setStage(begun === undefined ? { at: 'start' } : { at: 'service-app', begun })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, where a reload left off
  useEffect(() => {
    const { choice } = client.remembered
    if (choice !== undefined) void begin(choice)
  }, [client])
  const changeChoice = () => {
    client.remember({ choice: undefined })
    setStage({ at: 'start' })
  }
  if (stage.at === 'start' || stage.at === 'beginning') {
    const isBusy = stage.at === 'beginning'
    return (
      <GuideStart
        session={session}
        client={client}
        earlier={earlier}
        isBusy={isBusy}
        onBegin={begin}
      />
    )
  }
  const orgUrl = stage.at === 'api-token' ? stage.orgUrl : stage.begun.orgUrl
  return (
    <section className="card">
      <div className="guide-org">
        <ViewHeading>{orgUrl}</ViewHeading>
        <button className="link-button" type="button" onClick={changeChoice}>
          {texts.guide.steps.change}
        </button>
      </div>
      {stage.at === 'api-token' ? (
        <ApiTokenGuide orgUrl={orgUrl} name={session.name} problems={problems} onTry={onTry} />
      ) : (
        <ServiceAppGuide begun={stage.begun} client={client} onFinish={onFinish} ask={ask} />
      )}
    </section>
  )
}
