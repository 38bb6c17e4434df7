/** @module The custom domains that may be called. */

import { type FormEvent, type ReactNode, useState } from 'react'
import { settingsTexts } from '../../texts/console/settings.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { Dialog } from '../parts/dialog.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Export } from '../parts/export.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { say } from '../parts/notices.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { TextField } from '../parts/text-field.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer, useDeed } from '../server.ts'

const { domains: texts } = settingsTexts
const DOMAINS = '/v1/domains'
const changes = [DOMAINS, '/v1/audit']

interface Domain {
  readonly host: string
  readonly createdAt: string
  readonly connections: readonly string[]
}

/** The domains, and one more. */
export function Domains(): ReactNode {
  const answer = useAnswer<{ readonly domains: readonly Domain[] }>(DOMAINS)
  const [removed, setRemoved] = useState<Domain>()
  return (
    <Panel
      title={texts.title}
      note={texts.note}
      actions={(answer.data?.domains.length ?? 0) > 0 && <Export path={DOMAINS} />}
    >
      <AllowForm />
      <Loaded answer={answer} height="flat">
        {({ domains }) =>
          domains.length === 0 ? (
            <EmptyState title={texts.none}>{texts.noneHint}</EmptyState>
          ) : (
            <Table
              caption={texts.title}
              columns={columnsOf(setRemoved)}
              rows={domains}
              keyOf={({ host }) => host}
            />
          )
        }
      </Loaded>
      {removed !== undefined && (
        <RemoveDialog domain={removed} onClose={() => setRemoved(undefined)} />
      )}
    </Panel>
  )
}

function AllowForm(): ReactNode {
  const [host, setHost] = useState('')
  const [isBlank, setBlank] = useState(false)
  const allowing = useDeed<string, Domain>((asked) => ({ path: DOMAINS, body: { host: asked } }), {
    changes,
  })
  const allow = (event: FormEvent) => {
    event.preventDefault()
    setBlank(host.trim() === '')
    if (host.trim() === '') return
    allowing.mutate(host.trim(), {
      onSuccess: (domain) => {
        setHost('')
        say(texts.allowed(domain.host))
      },
    })
  }
  return (
    <form onSubmit={allow} noValidate>
      <div className="field-row">
        <TextField
          label={texts.host}
          hint={texts.hostHint}
          problem={isBlank ? texts.blank : undefined}
          spellCheck={false}
          value={host}
          onText={setHost}
        />
        <button className="button" type="submit" disabled={allowing.isPending}>
          {texts.allow}
        </button>
      </div>
      {allowing.error !== null && <ErrorState problem={allowing.error.problem} />}
    </form>
  )
}

function RemoveDialog(of: { readonly domain: Domain; readonly onClose: () => void }): ReactNode {
  const { domain, onClose } = of
  const { host } = domain
  const removing = useDeed<void>(
    () => ({ method: 'DELETE', path: `${DOMAINS}/${encodeURIComponent(host)}` }),
    { changes },
  )
  const remove = () =>
    removing.mutate(undefined, {
      onSuccess: () => {
        say(texts.removed(host))
        onClose()
      },
    })
  return (
    <Dialog
      isOpen
      title={texts.removeTitle(host)}
      description={<p>{texts.removeWhat}</p>}
      onClose={removing.isPending ? undefined : onClose}
    >
      {removing.error !== null && <ErrorState problem={removing.error.problem} />}
      <div className="buttons">
        <button className="button" type="button" onClick={onClose}>
          {shellTexts.cancel}
        </button>
        <button
          className="button danger primary"
          type="button"
          disabled={removing.isPending}
          onClick={remove}
        >
          {texts.removeSubmit}
        </button>
      </div>
    </Dialog>
  )
}

function columnsOf(setRemoved: (domain: Domain) => void): readonly Column<Domain>[] {
  return [
    { key: 'host', name: texts.host, cell: ({ host }) => <bdi>{host}</bdi> },
    {
      key: 'connections',
      name: texts.connections,
      cell: ({ connections }) =>
        connections.length === 0 ? (
          <span className="quiet">{texts.unused}</span>
        ) : (
          <bdi className="is-wrapping">{connections.join(', ')}</bdi>
        ),
    },
    { key: 'createdAt', name: texts.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      key: 'actions',
      name: texts.actions,
      cell: (domain) => (
        <button className="button small" type="button" onClick={() => setRemoved(domain)}>
          {texts.remove}
        </button>
      ),
    },
  ]
}
