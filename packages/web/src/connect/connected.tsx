/** @module The end: what was proven, what can be read now, and what comes next. */

import { isProblem } from '@postern/core'
import type { ReactNode } from 'react'
import { StatusIcon } from '../status-icon.tsx'
import { texts } from '../texts.ts'
import type { ConnectionView, TrialResult } from './answers.ts'
import { Problem } from './findings.tsx'
import { ViewHeading } from './heading.tsx'
import { type Proven, provenBy } from './proven.ts'
import { CheckList } from './trial.tsx'

/** The connection that was made. @param of.onClose - undefined where nobody opened this page. */
export function Connected(of: {
  readonly result: TrialResult
  readonly connection: ConnectionView
  readonly onClose: (() => void) | undefined
}): ReactNode {
  const { result, connection, onClose } = of
  const { findings } = result
  const words = texts.trial.connected
  const problems = findings.filter(isProblem)
  const proven = provenBy(connection.kind, findings, connection.scopes ?? [])
  return (
    <section className="card">
      <div className="connected-head">
        <StatusIcon status="ok" />
        <ViewHeading as="h1">{words.title}</ViewHeading>
      </div>
      <p>
        <strong>{connection.name}</strong>
        {words.isConnectedTo}
        <strong>{connection.orgUrl}</strong>
      </p>
      <h2>{words.proven}</h2>
      <ProvenList proven={proven} kid={connection.kid} />
      {problems.length > 0 && (
        <>
          <h2>{words.left}</h2>
          <ul className="problems">
            {problems.map((finding) => (
              <Problem finding={finding} key={`${finding.check} ${finding.observed}`} />
            ))}
          </ul>
        </>
      )}
      <h2>{words.inputs}</h2>
      <InputList inputs={connection.inputs} />
      <h2>{words.next.title}</h2>
      <p className="quiet">
        {words.next.before}
        <code>{words.next.command(connection.name)}</code>
        {words.next.after}
      </p>
      {onClose !== undefined && (
        <div className="buttons">
          <button className="button primary" type="button" onClick={onClose}>
            {texts.connect.close}
          </button>
        </div>
      )}
      <details>
        <summary>{texts.trial.everything}</summary>
        <CheckList method={connection.kind} findings={findings} />
      </details>
    </section>
  )
}

function ProvenList(of: { readonly proven: Proven; readonly kid: string | undefined }): ReactNode {
  const { method, lifeSeconds, isDpop, scopes, reads } = of.proven
  const words = texts.trial.connected
  const isApp = method === 'service-app'
  const seen = reads.filter(({ records }) => records > 0)
  const token = isApp ? words.tokenGiven(lifeSeconds ?? 0) : words.apiToken
  return (
    <dl className="facts">
      <Fact name={isApp ? words.token : texts.form.method[method].label}>{token}</Fact>
      {isApp && <Fact name={words.dpop}>{isDpop ? words.dpopOn : words.dpopOff}</Fact>}
      {isApp && (
        <Fact name={words.scopes}>
          {scopes.map((scope) => (
            <code key={scope}>{scope} </code>
          ))}
        </Fact>
      )}
      <Fact name={words.roles}>{seen.length > 0 ? words.rolesProven : words.rolesUnproven}</Fact>
      {reads.length > 0 && (
        <Fact name={words.read}>
          {reads.map(({ name, records }) => words.records(name, records)).join(', ')}
        </Fact>
      )}
      {of.kid !== undefined && (
        <Fact name={words.key}>
          <code>{of.kid}</code>
        </Fact>
      )}
    </dl>
  )
}

function Fact(of: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="fact">
      <dt>{of.name}</dt>
      <dd>{of.children}</dd>
    </div>
  )
}

function InputList({ inputs }: { readonly inputs: ConnectionView['inputs'] }): ReactNode {
  const { runs, needs } = texts.trial.connected
  return (
    <ul className="inputs">
      {inputs.map((input) => (
        <li key={input.name}>
          <StatusIcon status={input.runs ? 'ok' : 'skipped'} />
          <span className="check-name">{input.title}</span>
          <span className="quiet">
            {input.runs ? runs : `${needs} ${input.missingScopes.join(', ')}`}
          </span>
        </li>
      ))}
    </ul>
  )
}
