/** @module An Okta org on localhost that behaves like the real one. */

export {
  type AssumptionName,
  type Assumptions,
  assumptions,
  defaultAssumptions,
} from './assumptions.ts'
export { type Clock, systemClock } from './clock.ts'
export { readAssumptions } from './control/assumption-values.ts'
export { describeOrg } from './control/describe-org.ts'
export { editions, parseEdition, parseRole } from './control/org-start.ts'
export type { Disturbance, Fault, Misconfiguration } from './faults/fault.ts'
export type { ActiveFault, Faults } from './faults/faults.ts'
export type { Parameter, ParameterValues } from './faults/parameter.ts'
export type { FaultRequest } from './faults/parameters.ts'
export { faults, findFault } from './faults/registry.ts'
export {
  type PrivateJwk,
  type ReadyApp,
  type ReadyAppOptions,
  readOnlyScopes,
} from './ready-app.ts'
export type { Emulator, OrgStartOptions, RunningOrg } from './running-org.ts'
export { SetupError, type SetupErrorCode } from './setup-error.ts'
export {
  type ServeOptions,
  type StartOptions,
  type StartOrgsOptions,
  startOrg,
  startOrgs,
} from './start.ts'
export { type Edition, Org, type OrgOptions } from './state/org.ts'
export {
  type Burst,
  fillHistory,
  type HistoryOptions,
  startTraffic,
  type Traffic,
  type TrafficOptions,
} from './system-log/traffic.ts'
