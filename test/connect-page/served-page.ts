/** @module A server of this process that a browser can open the Connect page of. */

import { onTestFinished } from 'vitest'
import { type ServedPostern, servePostern } from '../../packages/postern/test/cli/served-postern.ts'

/** Serves Postern on an empty store until the test ends. @param connectOrigins - whose pages may embed the Connect page. */
export async function servePage(connectOrigins: readonly string[] = []): Promise<ServedPostern> {
  const served = await servePostern('PGlite', { connectOrigins })
  onTestFinished(served.close)
  return served
}
