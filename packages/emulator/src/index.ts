/** @module An Okta org on localhost that behaves like the real one. */

export { type AssumptionName, type Assumptions, assumptions } from './assumptions.ts'
export type { Clock } from './clock.ts'
export { describeFault, type FaultDescription } from './control/describe-fault.ts'
export { describeOrg, type OrgDescription } from './control/describe-org.ts'
export type { ActiveFault, Faults } from './faults/active-faults.ts'
export type { Disturbance, Fault, Misconfiguration } from './faults/fault.ts'
export type { FaultPlanOptions, PlannedFault } from './faults/fault-plan.ts'
export type { FaultRequest } from './faults/fault-request.ts'
export type { Parameter, ParameterValues } from './faults/parameter.ts'
export { faults, findFault } from './faults/registry.ts'
export type { OrgCall } from './http/org-call.ts'
export { isId } from './ids.ts'
export { type KeptOrg, parseKeptOrg } from './kept/kept-org.ts'
export { parseEdition, parseRole } from './org-options.ts'
export { readAssumptions } from './read-assumptions.ts'
export type { PrivateJwk, ReadyApp, ReadyAppOptions } from './ready-app.ts'
export type { OrgRecord, OrgRecordKind } from './recorded/org-record.ts'
export type { Emulator, OrgStartOptions, RunningOrg } from './running-org.ts'
export { SetupError, type SetupErrorCode } from './setup-error.ts'
export {
  type ServeOptions,
  type StartOptions,
  type StartOrgsOptions,
  startOrg,
  startOrgs,
} from './start.ts'
export type { LedgerEvent, LedgerLine } from './state/ledger.ts'
export { type Edition, Org, type OrgOptions } from './state/org.ts'
export type { AddedEvents } from './system-log/journal.ts'
export {
  addEvents,
  type Burst,
  fillHistory,
  type HistoryOptions,
  type Traffic,
  type TrafficOptions,
} from './system-log/traffic.ts'
