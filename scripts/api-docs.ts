/** @module Writes docs/openapi.json, the description of the API, from its routes. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import description from '../packages/postern/package.json' with { type: 'json' }
import { Api } from '../packages/postern/src/server/api.ts'
import { describeApi } from '../packages/postern/src/server/describe.ts'
import { addRoutes } from '../packages/postern/src/server/routes.ts'

const file = fileURLToPath(new URL('../docs/openapi.json', import.meta.url))

/** The description as it is, and as it has to be. */
export function compareApiDocs(): { readonly found: string; readonly wanted: string } {
  return { found: readFileSync(file, 'utf8'), wanted: describe() }
}

function describe(): string {
  const api = new Api()
  addRoutes(api)
  const routes = api.routes.map(({ route }) => route)
  return `${JSON.stringify(describeApi(routes, description.version), null, 2)}\n`
}

if (import.meta.main) writeFileSync(file, describe())
