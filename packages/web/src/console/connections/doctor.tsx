/** @module The doctor of a connection: what it finds as it finds it, each with its remedy, and a repair where there is one. */

import { type Finding, findRepair, isProblem } from '@postern/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { nameOfCheck } from '../../check-name.ts'
import type { RefusedError } from '../../client.ts'
import { Emphasised } from '../../emphasised.tsx'
import { StatusIcon } from '../../status-icon.tsx'
import { connectionTexts } from '../../texts/console/connections.ts'
import { ErrorState } from '../parts/error-state.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { askAgain, client } from '../server.ts'
import { usePermissions } from '../session.ts'
import { CONNECTIONS, type Connection, connectionPath, type LastCheck } from './connection.ts'
import { RepairDialog } from './repair.tsx'

const { doctor: texts } = connectionTexts

/** The doctor. */
export function Doctor({ connection }: { readonly connection: Connection }): ReactNode {
  const { name, kind } = connection
  const mayRepair = usePermissions().may('admin', name) && kind === 'service-app'
  const [findings, setFindings] = useState<readonly Finding[]>([])
  const [repaired, setRepaired] = useState<Finding>()
  const checking = useMutation<unknown, RefusedError, void>({
    mutationFn: () => {
      setFindings([])
      return client.ask({
        path: connectionPath(name, '/doctor'),
        body: {},
        onEvent: (event) => setFindings((found) => [...found, event as Finding]),
      })
    },
    onSettled: () => {
      void askAgain([CONNECTIONS, '/v1/audit'])
    },
  })
  const problems = findings.filter(isProblem)
  const others = findings.filter((finding) => !isProblem(finding))
  return (
    <Panel
      title={texts.title}
      note={texts.note}
      actions={
        <button
          className="button small primary"
          type="button"
          disabled={checking.isPending}
          onClick={() => checking.mutate()}
        >
          {checking.isPending ? texts.checking : texts.check}
        </button>
      }
    >
      {checking.error !== null && <ErrorState problem={checking.error.problem} />}
      <div aria-live="polite">
        {findings.length === 0 ? (
          <Known doctor={connection.doctor} />
        ) : (
          <>
            {problems.length === 0 && checking.isSuccess && <p>{texts.allWell}</p>}
            <ul className="findings">
              {problems.map((finding) => (
                <Problem
                  finding={finding}
                  onRepair={
                    mayRepair && findRepair(finding.code) !== undefined
                      ? () => setRepaired(finding)
                      : undefined
                  }
                  key={keyOf(finding)}
                />
              ))}
            </ul>
          </>
        )}
      </div>
      {others.length > 0 && (
        <details>
          <summary>{texts.others(others.length)}</summary>
          <ul className="findings">
            {others.map((finding) => (
              <Problem finding={finding} onRepair={undefined} key={keyOf(finding)} />
            ))}
          </ul>
        </details>
      )}
      {repaired !== undefined && (
        <RepairDialog
          connection={connection}
          finding={repaired}
          onClose={() => setRepaired(undefined)}
          onRepaired={() => checking.mutate()}
        />
      )}
    </Panel>
  )
}

/** What the last check of anybody came to. */
function Known({ doctor }: { readonly doctor: LastCheck | undefined }): ReactNode {
  if (doctor === undefined) {
    return (
      <p>
        {texts.never} <span className="quiet">{texts.neverHint}</span>
      </p>
    )
  }
  return (
    <>
      <p>
        {texts.last} <Time at={doctor.at} />
        {doctor.problems.length === 0 ? `. ${texts.allWell}` : `. ${texts.known}`}
      </p>
      {doctor.problems.length > 0 && (
        <ul className="words">
          {doctor.problems.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Problem(of: {
  readonly finding: Finding
  readonly onRepair: (() => void) | undefined
}): ReactNode {
  const { finding, onRepair } = of
  const { check, code, status, certainty, observed, remedy } = finding
  return (
    <li className="finding">
      <StatusIcon status={status} />
      <div>
        <p>
          <span className="finding-name">{nameOfCheck(check)}</span>{' '}
          {code !== undefined && <code className="quiet">{code}</code>}
        </p>
        <p>{observed}</p>
        {certainty === 'likely' && <p className="quiet">{texts.likely}</p>}
        {remedy !== undefined && (
          <p className="remedy">
            <Emphasised text={remedy} />
          </p>
        )}
      </div>
      {onRepair !== undefined && (
        <button className="button small" type="button" onClick={onRepair}>
          {texts.repair}
        </button>
      )}
    </li>
  )
}

function keyOf({ check, code, observed }: Finding): string {
  return `${check} ${code ?? ''} ${observed}`
}
