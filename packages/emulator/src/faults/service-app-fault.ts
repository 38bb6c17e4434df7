/** @module How faults of a service app are made: some members of its OAuth settings change, and are put back. */

import { SetupError } from '../setup-error.ts'
import type { App, OauthClient } from '../state/app.ts'
import { type ClientApp, findClient } from '../state/clients.ts'
import type { Org } from '../state/org.ts'
import {
  type FaultPlace,
  type FaultText,
  type Misconfiguration,
  type Undo,
  withMembersOf,
} from './fault.ts'
import type { ParameterValues } from './parameter.ts'

const clientParameter = {
  client: { meaning: 'client id of the app; default: the ready service app', type: 'text' },
} as const

/** A fault that does something to a service app: the ready one, or that of the parameter `client`. */
export function appFault(
  text: FaultText,
  change: (app: ClientApp, place: FaultPlace, values: ParameterValues) => Undo,
): Misconfiguration {
  return {
    ...text,
    kind: 'misconfiguration',
    parameters: { ...text.parameters, ...clientParameter },
    change: (place, values) => change(requireApp(text.name, place, values), place, values),
  }
}

/** A fault that changes members of a service app's OAuth settings. */
export function oauthFault(
  text: FaultText,
  change: (app: ClientApp, place: FaultPlace, values: ParameterValues) => Partial<OauthClient>,
): Misconfiguration {
  return appFault(text, (app, place, values) =>
    changeOauth(place.org, app, change(app, place, values)),
  )
}

/** Changes members of an app's OAuth settings; the undo puts exactly these back. */
export function changeOauth(org: Org, app: ClientApp, fields: Partial<OauthClient>): Undo {
  const names = Object.keys(fields)
  putApp(org, { ...app, oauth: { ...app.oauth, ...fields } })
  return () => {
    const now = org.apps.get(app.id)
    if (now?.oauth === undefined) return
    putApp(org, { ...now, oauth: withMembersOf(now.oauth, app.oauth, names) })
  }
}

/** Puts an app in the place of its older self, and notes that in the ledger. */
export function putApp(org: Org, app: App): void {
  org.apps.put({ ...app, lastUpdatedMs: org.time.secondMs() })
  org.record({ what: 'app', op: 'updated', id: app.id })
}

function requireApp(
  fault: string,
  { org, clientId }: FaultPlace,
  values: ParameterValues,
): ClientApp {
  const wanted = values.text('client') ?? clientId
  const app = wanted === undefined ? undefined : findClient(org, wanted)
  if (app !== undefined) return app
  throw new SetupError(
    'fault_without_object',
    `The fault ${fault} needs a service app, and the org ${org.name} has none with that client id.`,
    'Give the parameter client the id of an app that is there, or leave it out.',
  )
}
