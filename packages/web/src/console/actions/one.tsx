/** @module One action over one connection: its form, what it would change, and what came of it. */

import { type FormEvent, type ReactNode, useState } from 'react'
import { actionTexts as texts } from '../../texts/console/actions.ts'
import { withQuery } from '../address.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Panel } from '../parts/panel.tsx'
import { View } from '../parts/view.tsx'
import { useAnswer, useDeed } from '../server.ts'
import { type Action, type ActionAnswer, actionPath, actionsPath } from './action.ts'
import { Answered } from './answered.tsx'
import { ArgumentField } from './argument-field.tsx'
import { type ArgumentTexts, readArguments } from './arguments.ts'
import { DryRun } from './dry-run.tsx'

/** The action. */
export function OneAction({ of }: { readonly of: Readonly<Record<string, string>> }): ReactNode {
  const { connection = '', action: name = '' } = of
  const answer = useAnswer<{ readonly actions: readonly Action[] }>(actionsPath(connection))
  const action = answer.data?.actions.find((one) => one.name === name)
  return (
    <View
      title={action?.title ?? name}
      within={{
        name: `${texts.title} · ${connection}`,
        to: withQuery('/actions', { connection }),
      }}
    >
      <Loaded answer={answer}>
        {() =>
          action === undefined ? (
            <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
          ) : (
            <ActionParts action={action} connection={connection} />
          )
        }
      </Loaded>
    </View>
  )
}

function ActionParts(of: { readonly action: Action; readonly connection: string }): ReactNode {
  const { action, connection } = of
  const [entered, setEntered] = useState<ArgumentTexts>({})
  const [isAsked, setAsked] = useState(false)
  const isRead = action.effect === 'read'
  const looking = useDeed<object, ActionAnswer>(
    (given) => ({
      path: actionPath(connection, action.name),
      body: isRead ? { arguments: given } : { arguments: given, dryRun: true },
    }),
    { changes: [] },
  )
  const { values, problems } = readArguments(action.parameters, entered)
  const change = (name: string, text: string) => {
    setEntered({ ...entered, [name]: text })
    // What was found is of other arguments.
    looking.reset()
  }
  const look = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    if (Object.keys(problems).length === 0) looking.mutate(values)
  }
  const { form } = texts
  return (
    <>
      <div className="panels">
        <Panel title={form.title} note={<bdi>{action.summary}</bdi>}>
          <form className="form" onSubmit={look} noValidate>
            {action.parameters.map((parameter) => (
              <ArgumentField
                parameter={parameter}
                choices={action.schema.properties?.[parameter.name]?.enum}
                text={entered[parameter.name] ?? ''}
                problem={isAsked ? problems[parameter.name] : undefined}
                onText={(text) => change(parameter.name, text)}
                key={parameter.name}
              />
            ))}
            <div className="buttons">
              <button className="button primary" type="submit" disabled={looking.isPending}>
                {buttonText(isRead, looking.isPending)}
              </button>
            </div>
          </form>
        </Panel>
        <Panel title={texts.needs.title}>
          <Facts
            facts={{
              [texts.needs.scopes]: <Words words={action.scopes} />,
              [texts.needs.roles]: action.roles[0] && <bdi>{action.roles[0]}</bdi>,
            }}
          />
        </Panel>
      </div>
      {looking.error !== null && <ErrorState problem={looking.error.problem} />}
      {looking.data !== undefined &&
        (isRead ? (
          <Answered answer={looking.data} />
        ) : (
          <DryRun
            action={action}
            connection={connection}
            given={values}
            found={looking.data}
            // What was found a second time is another thing to decide on.
            key={looking.submittedAt}
          />
        ))}
    </>
  )
}

function buttonText(isRead: boolean, isPending: boolean): string {
  const { form } = texts
  if (isRead) return isPending ? form.asking : form.ask
  return isPending ? form.dryRunning : form.dryRun
}

function Words({ words }: { readonly words: readonly string[] }): ReactNode {
  return (
    <ul className="words">
      {words.map((word) => (
        <li key={word}>
          <code>{word}</code>
        </li>
      ))}
    </ul>
  )
}
