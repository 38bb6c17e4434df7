import { type InputName, read } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'

const fullPage = 200

async function count(batches: AsyncIterable<{ readonly records: readonly unknown[] }>) {
  let records = 0
  for await (const batch of batches) records += batch.records.length
  return records
}

/** An org with so many apps, those of Okta itself and the ready one included. */
async function orgWithApps(apps: number) {
  const { running } = await emulatedOrg({ keyType: 'EC' })
  const inBare = running.org.apps.size
  return emulatedOrg({ users: 2, groups: 0, apps: apps - inBare, edition: 'unlimited' })
}

describe('a list that cannot be asked for by time', () => {
  test('ends with a full page where nothing is behind it, at the price of one request', async () => {
    const { app, running } = await orgWithApps(fullPage)
    expect(running.org.apps.size).toBe(fullPage)
    expect(await count(read(app, 'apps'))).toBe(fullPage)
  })

  test.each<[InputName, string]>([
    ['apps', '/api/v1/apps'],
    ['app-assignments', '/api/v1/apps'],
  ])('%s does not end where the next link of a full page was dropped', async (name, path) => {
    const { app, running } = await orgWithApps(fullPage + 5)
    running.faults.on(`link-missing-next=path:${path}`)
    await expect(count(read(app, name))).rejects.toMatchObject({ code: 'page_missing_link' })
  })

  test('the members of a group do not either, and those of others came before', async () => {
    const { app, running } = await emulatedOrg({ users: 1_200, groups: 2, edition: 'unlimited' })
    running.faults.on('link-missing-next=path:/api/v1/groups')
    await expect(count(read(app, 'group-members'))).rejects.toMatchObject({
      code: 'input_incomplete',
      cause: { code: 'page_missing_link' },
    })
  })
})
