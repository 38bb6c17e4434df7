/** @module Why Postern does not run an action, whatever the org would say. */

import { PosternError } from '@postern/core'
import type { RuledAction } from './rights.ts'

/** What keeps an action from being run. */
export type ActionRefusalCode = 'action_not_allowed' | 'action_approval_required'

/** An action that is not run. */
export class ActionRefusal extends PosternError<ActionRefusalCode> {
  override readonly name = 'ActionRefusal'
}

/** The refusal of an action that the caller's rules do not give. */
export function notAllowed({ name }: RuledAction): ActionRefusal {
  return new ActionRefusal('action_not_allowed', `This access key may not run ${name}.`, {
    remedy: `Use an access key with a rule that gives it, such as CONNECTION:act:${name}.`,
    details: { action: name },
  })
}

/** The refusal of a change that the caller may plan alone. */
export function approvalRequired({ name }: RuledAction): ActionRefusal {
  return new ActionRefusal(
    'action_approval_required',
    `This access key may not run ${name} before somebody else has approved it.`,
    {
      remedy:
        'Plan it, have the plan approved with `postern plan approve ID`, and run it with the code of the plan.',
      details: { action: name },
    },
  )
}
