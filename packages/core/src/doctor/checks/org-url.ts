/** @module Whether the org URL is that of an Okta org. */

import { parseOrgUrl } from '../../url/org.ts'
import type { Check } from '../check.ts'
import { ok, remarks } from '../finding.ts'

/** Reads the text; asks nobody. */
export const orgUrlCheck: Check = {
  name: 'org-url',
  question: 'Is the org URL that of an Okta org?',
  needs: [],
  async *run(examination) {
    const { customDomains = [], dev = false } = examination.options
    const text = examination.connection.orgUrl ?? ''
    const { org, warnings } = parseOrgUrl(text, { customDomains, dev })
    examination.learn({ org })
    yield ok(`The org is ${org}.`, { org })
    yield* remarks(warnings)
    return true
  },
}
