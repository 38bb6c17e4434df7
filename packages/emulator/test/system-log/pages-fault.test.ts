import { expect, test } from 'vitest'
import { startTraffic } from '../../src/system-log/traffic.ts'
import { startLogOrg, startMs } from './log-reader.ts'

test.each(['duplicate-page', 'empty-page-with-next'])(
  'the fault %s works on the System Log too',
  async (fault) => {
    const log = await startLogOrg({ faults: [fault] })
    startTraffic(log.org, { perSecond: 0, bursts: [{ atMs: startMs, count: 5 }] })
    const first = await log.read({ limit: '3' })
    const second = await log.read(first.next)
    expect(second.uuids).toHaveLength(3)
    expect(first.uuids).toEqual(fault === 'empty-page-with-next' ? [] : second.uuids)
    await log.close()
  },
)
