/** @module A diagnosis whose org does not answer: what is found in texts alone, and what would have been sent. */

import {
  type ConnectionTexts,
  type DiagnoseOptions,
  diagnose,
  type Finding,
  isProblem,
  UpstreamError,
} from '@postern/core'

/** What came of it. */
export interface TextDiagnosis {
  readonly findings: readonly Finding[]
  /** The problems of the texts: without the one that the org does not answer. */
  readonly problems: readonly Finding[]
  readonly sent: readonly { readonly method: string; readonly path: string }[]
}

/** Diagnoses a connection in a world without a network. */
export async function diagnoseTexts(
  connection: ConnectionTexts,
  options: Partial<DiagnoseOptions> = {},
): Promise<TextDiagnosis> {
  const sent: { method: string; path: string }[] = []
  const findings: Finding[] = []
  const diagnosis = diagnose({
    connection,
    ...options,
    transport: async ({ method, url }) => {
      sent.push({ method, path: new URL(url).pathname })
      throw new UpstreamError('upstream_connection_lost', 'There is no network.', {
        remedy: 'None.',
      })
    },
  })
  for await (const finding of diagnosis) findings.push(finding)
  const problems = findings.filter((found) => isProblem(found) && found.check !== 'reachable')
  return { findings, problems, sent }
}
