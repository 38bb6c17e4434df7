/** @module What a try has proven, read out of its findings. */

import type { Finding } from '@postern/core'
import type { Method } from './answers.ts'

/** What was proven. */
export interface Proven {
  readonly method: Method
  /** Of the access token; undefined where there was none. */
  readonly lifeSeconds: number | undefined
  readonly isDpop: boolean
  readonly scopes: readonly string[]
  /** How many records came of each resource that was looked at. */
  readonly reads: readonly { readonly name: string; readonly records: number }[]
}

/** What the findings prove. @param scopes - of the connection, for where no finding names them. */
export function provenBy(
  method: Method,
  findings: readonly Finding[],
  scopes: readonly string[],
): Proven {
  const good = (check: string) =>
    findings.find((finding) => finding.check === check && finding.status === 'ok')?.details
  const token = good('token') ?? {}
  const granted = good('granted-scopes')?.['scopes']
  const records = good('reading')?.['records'] ?? {}
  return {
    method,
    lifeSeconds:
      typeof token['expiresInSeconds'] === 'number' ? token['expiresInSeconds'] : undefined,
    isDpop: token['tokenType'] === 'DPoP',
    scopes: Array.isArray(granted) ? granted : scopes,
    reads: Object.entries(records).map(([name, count]) => ({ name, records: Number(count) })),
  }
}
