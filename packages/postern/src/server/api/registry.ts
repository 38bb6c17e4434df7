/** @module Every group of routes. */

import type { Api } from '../api.ts'
import { addAccessKeyRoutes } from './access-keys.ts'
import { addActionRoutes } from './actions.ts'
import { addAuditRoutes } from './audit.ts'
import { addBackupRoute } from './backup.ts'
import { addChangesRoute } from './changes.ts'
import { addConnectRoutes } from './connect.ts'
import { addConnectSessionRoutes } from './connect-sessions.ts'
import { addConnectionRoutes } from './connections.ts'
import { addConsoleOpenIdRoutes } from './console-openid.ts'
import { addConsoleSessionRoutes } from './console-session.ts'
import { addDescriptionRoute } from './description.ts'
import { addDoctorRoute } from './doctor.ts'
import { addDomainRoutes } from './domains.ts'
import { addEventRoutes } from './events.ts'
import { addFeedRoutes } from './feeds.ts'
import { addGuideRoutes } from './guide.ts'
import { addHealthRoutes } from './health.ts'
import { addInputRoute } from './inputs.ts'
import { addJwksRoute } from './jwks.ts'
import { addKeyDraftRoutes } from './key-drafts.ts'
import { addKeyInspectionRoute } from './key-inspection.ts'
import { addMasterKeyRoutes } from './master-key.ts'
import { addObjectRoutes } from './objects.ts'
import { addPageRoutes } from './pages.ts'
import { addPlanRoutes } from './plans.ts'
import { addProofRoute } from './proof.ts'
import { addRateLimitRoute } from './rate-limits.ts'
import { addRecordRoutes } from './records.ts'
import { addRepairRoute } from './repair.ts'
import { addRequestRoute } from './request.ts'
import { addRotationRoutes } from './rotation.ts'
import { addRunRoutes } from './runs.ts'
import { addSetupRoutes } from './setup.ts'
import { addSinkRoutes } from './sinks.ts'
import { addStoreRoute } from './store.ts'
import { addTokenRoute } from './token.ts'
import { addTokenExplanationRoute } from './token-explanation.ts'

/** Adds all routes. */
export function addRoutes(api: Api): void {
  addAccessKeyRoutes(api)
  addActionRoutes(api)
  addAuditRoutes(api)
  addBackupRoute(api)
  addChangesRoute(api)
  addConnectionRoutes(api)
  addConnectRoutes(api)
  addConnectSessionRoutes(api)
  addConsoleOpenIdRoutes(api)
  addConsoleSessionRoutes(api)
  addDescriptionRoute(api)
  addDoctorRoute(api)
  addHealthRoutes(api)
  addKeyInspectionRoute(api)
  addDomainRoutes(api)
  addGuideRoutes(api)
  addJwksRoute(api)
  addKeyDraftRoutes(api)
  addMasterKeyRoutes(api)
  addPageRoutes(api)
  addPlanRoutes(api)
  addProofRoute(api)
  addRecordRoutes(api)
  addEventRoutes(api)
  addObjectRoutes(api)
  addRateLimitRoute(api)
  addStoreRoute(api)
  addRepairRoute(api)
  addRequestRoute(api)
  addRotationRoutes(api)
  addSetupRoutes(api)
  addTokenRoute(api)
  addFeedRoutes(api)
  addRunRoutes(api)
  addInputRoute(api)
  addSinkRoutes(api)
  addTokenExplanationRoute(api)
}
