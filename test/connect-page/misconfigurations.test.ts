import { createPrivateKey } from 'node:crypto'
import { startOrg } from '@postern/emulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connected, enter, tryIt, valuesOf } from './entering.ts'
import { adminOf } from './invited-person.ts'
import { misconfigurations, openMender } from './misconfigurations.ts'
import { openForm } from './open-form.ts'

const DOES_NOT_WORK = 'The connection does not work yet'

describe('the Connect page names what is wrong, and connects once it is done that it says', () => {
  it.each(misconfigurations)(
    '$row $what',
    async ({ org: start, entered = {}, heading = DOES_NOT_WORK, found, remedy, mend }) => {
      const org = await startOrg({ keyType: 'EC', users: 2, ...start })
      onTestFinished(org.close)
      const { page, requests, complaints } = await openForm()
      const right = valuesOf(org)
      const { orgUrl } = right
      if (entered.apiToken !== undefined) {
        const isGood = entered.apiToken === 'good'
        await enter(page, { orgUrl, apiToken: isGood ? org.adminToken : entered.apiToken })
      } else {
        const pem = createPrivateKey({ format: 'jwk', key: org.app.key })
        const key = String(pem.export({ type: 'pkcs8', format: 'pem' }))
        await enter(page, { ...right, ...(entered.keyId === undefined ? {} : { key }), ...entered })
      }
      await tryIt(page)

      await page.getByRole('heading', { name: heading }).waitFor()
      const problems = await page.locator('.problem').allInnerTexts()
      expect(problems).toContainEqual(expect.stringMatching(found))
      expect(problems.find((text) => found.test(text))).toMatch(remedy)
      // Whoever is here has no command line.
      expect(problems.join(' ')).not.toMatch(/--[a-z]|postern [a-z]|this machine/)

      const mended = await mend(await openMender(org, adminOf(org)))
      if (mended === undefined) {
        await page.getByRole('button', { name: 'Check again' }).click()
      } else {
        await page.getByRole('button', { name: 'Change the values' }).click()
        if (mended.apiToken !== undefined) {
          await page.getByRole('button', { name: 'Replace' }).click()
        }
        await enter(page, mended)
        await tryIt(page)
      }
      await connected(page)
      expect(complaints).toEqual([])
      const { origin } = new URL(page.url())
      expect(requests.filter((asked) => !asked.startsWith(`${origin}/`))).toEqual([])
    },
  )
})
