/** @module What came of one thing that a configuration file declares. */

import { PosternError, type Secret } from '@postern/core'

/** What became of it. `refused`: it is as it was before, and `problem` says why. */
export type AppliedOutcome = 'unchanged' | 'added' | 'changed' | 'refused'

/** One thing that a file declares, after it was applied. */
export interface Applied {
  readonly kind: 'domain' | 'connection' | 'sink' | 'feed' | 'action' | 'access-key'
  readonly name: string
  readonly outcome: AppliedOutcome
  /** Which of its members were other than the file says. */
  readonly changed?: readonly string[]
  /** Worth knowing, and nothing to do about. */
  readonly note?: string
  readonly problem?: { readonly code: string; readonly message: string; readonly remedy: string }
  /** The text of an access key that was made for it. Nothing tells it again. */
  readonly text?: Secret
}

/** Who applies a file, for the audit log. */
export const byConfig = { actor: 'config' } as const

/** Applies one thing. What is refused is a result, so that it does not stop the others. */
export async function applyOne(
  { kind, name }: Pick<Applied, 'kind' | 'name'>,
  work: () => Promise<Omit<Applied, 'kind' | 'name'>>,
): Promise<Applied> {
  try {
    return { kind, name, ...(await work()) }
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    const { code, message, remedy } = error
    return { kind, name, outcome: 'refused', problem: { code, message, remedy } }
  }
}
