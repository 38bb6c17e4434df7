/** @module The tool that lets the doctor look at a connection. */

import { type Finding, isProblem } from '@postern/core'
import { z } from 'zod'
import { resultOf } from '../../../connections/trial.ts'
import { answerBytes } from '../answer.ts'
import { fitItems } from '../fit.ts'
import { connection } from '../parameters.ts'
import { defineTool } from '../tool.ts'

const need = { verb: 'read' } as const

/** `doctor` */
export const doctor = defineTool({
  name: 'doctor',
  title: 'Doctor',
  description:
    'Examines a connection and says what is wrong, with what to do. Changes nothing at Okta. all: findings that are fine too.',
  input: z.strictObject({ all: z.boolean().default(false), connection }),
  effect: 'read',
  needs: '`read`',
  isOffered: (reach) => reach.having(need).length > 0,
  run: async ({ input, services, reach, signal }) => {
    const { name } = reach.require(need, input.connection)
    const findings: Finding[] = []
    for await (const finding of services.connections.examine(name, { signal }))
      findings.push(finding)
    const { status } = resultOf(findings, services.clock.now())
    const shown = input.all ? findings : findings.filter(isWorthTelling)
    const { items } = fitItems(shown, answerBytes.usual)
    return { connection: name, status, looked: findings.length, findings: items }
  },
})

function isWorthTelling(finding: Finding): boolean {
  return isProblem(finding) || finding.status === 'unknown'
}
