/** @module The change that a demo makes: a user into a group, as a dry run and then for real. */

import type { ActionAnswer } from '@postern/core'
import type { ApiClient } from '../../api-client.ts'
import { formatAnswer } from '../action-output.ts'
import { quote } from './quote.ts'
import type { Told } from './told.ts'

/** Whom to put where. */
export interface Membership {
  readonly group: string
  readonly user: string
}

/** Makes the change over a connection and tells it. */
export async function addMember(
  api: ApiClient,
  connection: string,
  membership: Membership,
  told: Told,
): Promise<void> {
  const run = (dryRun: boolean) =>
    api.call<ActionAnswer>('POST', `/v1/connections/${connection}/actions/group.add_member`, {
      arguments: membership,
      dryRun,
    })
  told.line(formatAnswer(await run(true)))
  told.line(formatAnswer(await run(false)))
}

/** It as arguments of `postern action run`. */
export function wordsOf({ group, user }: Membership): string {
  return `${quote(`group=${group}`)} ${quote(`user=${user}`)}`
}
