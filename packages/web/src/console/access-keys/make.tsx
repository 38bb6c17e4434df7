/** @module Makes an access key: its name, what it may on which connections, and when it ends. */

import { type ReactNode, type SubmitEvent, useState } from 'react'
import { accessKeyTexts } from '../../texts/console/access-keys.ts'
import { withQuery } from '../address.ts'
import { CONNECTIONS, type ConnectionPage } from '../connections/connection.ts'
import { CheckList } from '../parts/check-list.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { LATEST_ENTERED } from '../parts/instant-field.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { TextField } from '../parts/text-field.tsx'
import { EVERY, type Verb } from '../permissions.ts'
import { useAnswer, useDeed } from '../server.ts'
import { usePermissions } from '../session.ts'
import { ACCESS_KEYS, type NewAccessKey } from './access-key.ts'
import { type KeyDraft, keyBody, METHODS, newDraft, problemsOf } from './key-draft.ts'

const { make: texts } = accessKeyTexts
// More than these are found by typing a part of a name.
const LISTED = 50

/** The form. */
export function MakeDialog(of: {
  readonly onClose: () => void
  readonly onMade: (key: NewAccessKey) => void
}): ReactNode {
  const { onClose, onMade } = of
  const permissions = usePermissions()
  const [draft, setDraft] = useState<KeyDraft>(newDraft)
  const [isAsked, setAsked] = useState(false)
  const [isUnfinished, setUnfinished] = useState(false)
  const making = useDeed<object, NewAccessKey>((body) => ({ path: ACCESS_KEYS, body }), {
    changes: [ACCESS_KEYS, '/v1/audit'],
  })
  const problems = isAsked ? problemsOf(draft) : {}
  const change = (changed: Partial<KeyDraft>) => setDraft({ ...draft, ...changed })
  const make = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    setAsked(true)
    const unfinished = isTimeUnfinished(event.currentTarget)
    setUnfinished(unfinished)
    if (unfinished || Object.keys(problemsOf(draft)).length > 0) return
    making.mutate(keyBody(draft), { onSuccess: onMade })
  }
  return (
    <Dialog isOpen title={texts.title} onClose={making.isPending ? undefined : onClose}>
      <form onSubmit={make} noValidate>
        <TextField
          label={texts.name}
          hint={texts.nameHint}
          problem={problems.name}
          maxLength={100}
          value={draft.name}
          onText={(name) => change({ name })}
        />
        <ConnectionChoice draft={draft} onChange={change} problem={problems.connections} />
        <CheckList
          legend={texts.verbs}
          choices={permissions.verbs().map((verb) => [verb, verb, texts.verbHints[verb]] as const)}
          chosen={draft.verbs}
          onChoose={(verbs) => change({ verbs: verbs as readonly Verb[] })}
          problem={problems.verbs}
        />
        {draft.verbs.includes('proxy') && (
          <>
            <CheckList
              legend={texts.methods}
              choices={METHODS.map((method) => [method, method] as const)}
              chosen={draft.methods}
              onChoose={(methods) => change({ methods })}
              problem={problems.limits}
              hint={texts.limitsHint}
            />
            <TextField
              label={texts.paths}
              hint={texts.pathsHint}
              spellCheck={false}
              value={draft.paths}
              onText={(paths) => change({ paths })}
            />
          </>
        )}
        <TextField
          label={texts.expires}
          hint={texts.expiresHint}
          problem={isUnfinished ? texts.problems.expires : undefined}
          type="datetime-local"
          max={LATEST_ENTERED}
          value={draft.expires}
          onText={(expires) => change({ expires })}
        />
        {making.error !== null && <ErrorState problem={making.error.problem} />}
        <DialogButtons
          submit={texts.submit}
          underWay={texts.underWay}
          isBusy={making.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}

/** Whether a part of a time is missing: browsers tell it as no time at all, and a key that was to end would not. */
function isTimeUnfinished({ elements }: HTMLFormElement): boolean {
  return [...elements].some((one) => one instanceof HTMLInputElement && one.validity.badInput)
}

function ConnectionChoice(of: {
  readonly draft: KeyDraft
  readonly onChange: (changed: Partial<KeyDraft>) => void
  readonly problem: string | undefined
}): ReactNode {
  const { draft, onChange, problem } = of
  const permissions = usePermissions()
  const [search, setSearch] = useState('')
  const { data } = useAnswer<ConnectionPage>(
    withQuery(CONNECTIONS, { text: search, limit: LISTED }),
  )
  const found = (data?.connections ?? [])
    .map(({ name }) => name)
    .filter((name) => permissions.may('admin', name))
  // What was chosen stays in sight, whatever is searched for after it.
  const names = [...new Set([...draft.connections.filter((one) => one !== EVERY), ...found])]
  const isSearched = search !== '' || data?.next !== undefined
  return (
    <>
      {isSearched && <SearchField label={texts.find} value={search} onChange={setSearch} />}
      <CheckList
        legend={texts.connections}
        choices={[
          ...(permissions.may('admin') ? [[EVERY, texts.every] as const] : []),
          ...names.map((name) => [name, name] as const),
        ]}
        chosen={draft.connections}
        onChoose={(chosen) =>
          // Every connection and one of them is every connection.
          onChange({
            connections: chosen.at(-1) === EVERY ? [EVERY] : chosen.filter((one) => one !== EVERY),
          })
        }
        problem={problem}
        isLong={names.length > 8}
      />
    </>
  )
}
