/** @module How disturbances are made: what one does to an exchange, and the parameters that choose the exchanges. */

import type { Answer } from '../http/answer.ts'
import type { UnroutedRequest } from '../http/exchange.ts'
import type { Alteration, Interception } from '../http/interceptor.ts'
import type { Disturbance, FaultPlace, FaultText } from './fault.ts'
import { Occasion, occasionParameters } from './occasion.ts'
import type { ParameterValues } from './parameter.ts'

/** What a disturbance knows while it goes on. */
export interface DisturbanceScene {
  readonly place: FaultPlace
  readonly values: ParameterValues
}

/** What happens in the org's place; undefined for a request that the fault has nothing to say about. */
type Instead = (request: UnroutedRequest, scene: DisturbanceScene) => Interception | undefined

/** What becomes of the org's answer; undefined for an answer that the fault has nothing to change in. */
type Afterwards = (
  request: UnroutedRequest,
  answer: Answer,
  scene: DisturbanceScene,
) => Alteration | undefined

/** A disturbance in which the org never sees the request. */
export function insteadOfOrg(text: FaultText, instead: Instead): Disturbance {
  return makeDisturbance(text, (scene, occasion) => ({
    before: (request) => {
      const interception = occasion.matches(request) ? instead(request, scene) : undefined
      return interception !== undefined && occasion.take() ? interception : undefined
    },
  }))
}

/** A disturbance of the answer, after the org did what it was asked. */
export function afterOrg(text: FaultText, afterwards: Afterwards): Disturbance {
  return makeDisturbance(text, (scene, occasion) => ({
    after: (request, answer) => {
      const alteration = occasion.matches(request) ? afterwards(request, answer, scene) : undefined
      return alteration !== undefined && occasion.take() ? alteration : undefined
    },
  }))
}

function makeDisturbance(
  text: FaultText,
  begin: (scene: DisturbanceScene, occasion: Occasion) => ReturnType<Disturbance['begin']>,
): Disturbance {
  return {
    ...text,
    kind: 'disturbance',
    parameters: { ...text.parameters, ...occasionParameters },
    begin: (place, values) =>
      begin({ place, values }, new Occasion(text.name, place.org.seed, values)),
  }
}
