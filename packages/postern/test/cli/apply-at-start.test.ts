import { writeFileSync } from 'node:fs'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { applyAtStart, readConfigFlag } from '../../src/cli/apply-at-start.ts'
import { openLog } from '../../src/log.ts'
import { openService } from '../../src/service.ts'
import { withLease } from '../../src/store/leases.ts'
import { createPlace } from './run.ts'
import { prepareStore } from './served-postern.ts'

const place = createPlace()
afterAll(place.remove)

test('after another process that applies its own file, this one is applied too', async () => {
  const { place: store, remove } = await prepareStore()
  const lines: string[] = []
  const log = openLog({ level: 'info', stream: { write: (line) => lines.push(line) } })
  const service = await openService({ ...store, env: {}, dev: true, log })
  onTestFinished(async () => {
    await service.close()
    await remove()
  })
  writeFileSync(place.path('postern.yaml'), 'domains: [login.acme.com]')
  const config = await readConfigFlag(place.path('postern.yaml'))
  if (config === undefined) throw new Error('no file was read')
  const { signal } = new AbortController()
  let applied: Promise<void> | undefined
  await withLease(service.store, 'config', async () => {
    applied = applyAtStart(service, config, { dev: true, signal })
    await vi.waitFor(() => expect(lines.join('')).toContain('Another process applies'))
    expect(await service.domains.hosts()).toEqual([])
  })
  await applied
  expect(await service.domains.hosts()).toEqual(['login.acme.com'])
})
