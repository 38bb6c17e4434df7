import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createPlace, type Place } from './run.ts'
import { linesOf, type StartedDemo, startDemo } from './started-demo.ts'

// Each is some processes that run one after the other.
const TIMEOUT_MS = 60_000
const DAY_MS = 86_400_000
const SMALL = ['--users', '40'] as const
const feeds = ['log', 'users', 'groups', 'members', 'apps', 'assignments'] as const

const places: Place[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.remove()
})

function newPlace(): Place {
  const place = createPlace()
  places.push(place)
  return place
}

/** Every event that the org has, as its System Log shows it to the administrator. */
async function eventsOf(place: Place, { orgUrl }: StartedDemo): Promise<readonly string[]> {
  const { org } = JSON.parse(readFileSync(place.path('demo/demo-org.json'), 'utf8'))
  const headers = { authorization: `SSWS ${org.adminToken}` }
  const uuids: string[] = []
  const since = new Date(Date.now() - 80 * DAY_MS).toISOString()
  let next: string | undefined = `${orgUrl}/api/v1/logs?limit=1000&since=${since}`
  for (let length = 1; next !== undefined && length > 0; ) {
    const answer: Response = await fetch(next, { headers })
    const events: readonly { readonly uuid: string }[] = await answer.json()
    uuids.push(...events.map(({ uuid }) => uuid))
    length = events.length
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  return uuids
}

function uuidsIn({ records }: StartedDemo): readonly string[] {
  return linesOf(records, 'log').map((line) => JSON.parse(line).uuid)
}

/** The versions of objects that a feed passed on, each as a text. */
function versionsIn({ records }: StartedDemo, feed: string): readonly string[] {
  return linesOf(records, feed).map((line) => {
    const { kind, id, version } = JSON.parse(line)
    return `${kind} ${id} ${version}`
  })
}

function expectEachOnce(texts: readonly string[]): void {
  expect(new Set(texts).size).toBe(texts.length)
}

describe('postern demo', () => {
  test(
    'begins with nothing, fills both sinks, signs a browser in once, and goes on after Ctrl-C and after a kill',
    async () => {
      const place = newPlace()
      const first = await startDemo(place, SMALL)
      expect(first).toMatchObject({ isResumed: false, problems: 0 })
      expect(Object.values(first.passedOn).every((count) => count > 0)).toBe(true)
      await expectLinkWorksOnce(first.consoleUrl)
      await expectCommandsWork(place, first)
      // Another demo on the same folder would make two orgs of one.
      const second = await place.run(['demo', '--data', place.path('demo'), ...SMALL])
      expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('server_running') })
      expect(await first.stop('SIGINT')).toMatchObject({ code: 0 })
      expect(existsSync(place.path('demo/server.json'))).toBe(false)
      expect(() => process.kill(first.pid, 0)).toThrow()

      const other = createServer().listen(Number(new URL(first.orgUrl).port), '127.0.0.1')
      const taken = await place.run(['demo', '--data', place.path('demo')])
      await new Promise((resolve) => other.close(resolve))
      expect(taken.stderr).toContain('(demo_port_taken)')

      const resumed = await startDemo(place, [])
      expect(resumed).toMatchObject({ isResumed: true, problems: 0, orgUrl: first.orgUrl })
      await resumed.stop('SIGKILL')

      const again = await startDemo(place, [])
      expect(again).toMatchObject({ isResumed: true, problems: 0, orgUrl: first.orgUrl })
      for (const feed of feeds.slice(1)) expectEachOnce(versionsIn(again, feed))
      await expectLogWhole(place, again)
      expect(await again.stop('SIGTERM')).toMatchObject({ code: 0 })
    },
    TIMEOUT_MS,
  )

  test(
    'passes recorded data on byte for byte, and names what is none',
    async () => {
      const place = newPlace()
      const folder = place.path('recorded')
      mkdirSync(folder)
      const exchanges = new URL('../../../emulator/test/recordings/', import.meta.url).pathname
      const user = (id: string, more = '') =>
        `{ "id":"${id}", "status":"ACTIVE", "profile":{"login":"${id}@example.com"}${more} }`
      const id = '00uTEST000000000AbC1'
      const hostile = [
        user(id, ', "x":"\\u0000 \\ud800 \u2028"'),
        '{"id":"00uTEST000000000AbC2","profile":{"login":"b"},"__proto__":{"polluted":true}}',
        '',
        'no json',
        '{"id":"../../etc/passwd","profile":{}}',
        '[]',
        '7',
        `{"op":"delete","kind":"user","id":"${id}","version":2}`,
        '{"uuid":"one","eventType":"a.b","published":"never"}',
        `{"groupId":"00gTEST000000000AbC1","user":${user(id)}}`,
        '\u001b[2J',
      ]
      writeFileSync(`${folder}/users.jsonl`, `\ufeff${hostile.join('\r\n')}`)
      writeFileSync(`${folder}/bytes.jsonl`, Buffer.from([0x22, 0xff, 0x22, 0x0a]))
      writeFileSync(`${folder}/events.json`, readFileSync(`${exchanges}logs-01-events-only.json`))
      writeFileSync(
        `${folder}/assignments.jsonl`,
        `{"appId":"0oaTEST000000000AbC1","user":{"id":"${id}","scope":"USER"}}\n`,
      )
      const args = ['demo', '--exit', '--output', 'json', '--port', '0', '--data']
      const shown = await place.run([...args, place.path('demo'), '--replay', folder])
      expect(shown).toMatchObject({ code: 0 })
      const { replayed } = JSON.parse(shown.stdout)
      // Two users, a member, an assignment, and the events of the exchange.
      expect(replayed.records).toBe(7)
      for (const sink of [replayed.files, replayed.database])
        expect(sink).toMatchObject({ equal: 7, different: [] })
      const told = shown.stderr.split('\n').filter((line) => line.startsWith('left out'))
      expect(told).toEqual([
        'left out bytes.jsonl:1: it is no UTF-8',
        'left out users.jsonl:4: it is no JSON',
        'left out users.jsonl:5: it has no id of a user, group or app, and is no event',
        'left out users.jsonl:7: it is no JSON object',
        'left out users.jsonl:8: it says that an object was deleted',
        'left out users.jsonl:9: the event has no published that is a date',
        'left out users.jsonl:11: it is no JSON',
      ])
      const other = await place.run([
        ...args,
        place.path('demo'),
        '--replay',
        `${folder}/events.json`,
      ])
      expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('demo_other_org') })
    },
    TIMEOUT_MS,
  )

  test.each([
    ['a number of users that is none', ['--users', '1e3'], 'usage_invalid'],
    ['users and recorded data', ['--users', '40', '--replay', 'x'], 'usage_invalid'],
    ['a database', ['--database', 'postgres://localhost/x'], 'usage_invalid'],
    ['recorded data that is not there', ['--replay', 'nowhere'], 'replay_unreadable'],
    ['recorded data without a record', ['--replay', 'empty.jsonl'], 'replay_empty'],
    ['the folder of a Postern that is no demo', [], 'demo_folder_not_a_demo'],
  ])('refuses %s', async (_what, args, code) => {
    const place = newPlace()
    writeFileSync(place.path('empty.jsonl'), '\n')
    mkdirSync(place.path('real/store'), { recursive: true, mode: 0o700 })
    const data = code === 'demo_folder_not_a_demo' ? 'real' : 'demo'
    const { stderr } = await place.run(['demo', '--data', place.path(data), ...args])
    expect(stderr).toContain(`(${code})`)
  })
})

async function expectLinkWorksOnce(consoleUrl: string): Promise<void> {
  const { origin, hash } = new URL(consoleUrl)
  const signIn = () =>
    fetch(`${origin}/v1/console/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-postern-console': '1', origin },
      body: JSON.stringify({ link: hash.slice(1) }),
    })
  expect((await signIn()).status).toBe(200)
  expect((await signIn()).status).toBeGreaterThanOrEqual(400)
}

/** What the demo says to try. */
async function expectCommandsWork(place: Place, { folder }: StartedDemo): Promise<void> {
  const env = { POSTERN_DATA: folder }
  const ran = [
    await place.run(['doctor', 'acme'], { env }),
    await place.run(['read', 'acme', 'users', '--limit', '3'], { env }),
    await place.run(['feed', 'show', 'log'], { env }),
  ]
  expect(ran.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0])
  expect(ran[1]?.stdout.trim().split('\n')).toHaveLength(3)
}

/** The files have each event of the org once; those that come while we look may be missing. */
async function expectLogWhole(place: Place, demo: StartedDemo): Promise<void> {
  const written = uuidsIn(demo)
  expectEachOnce(written)
  const has = await eventsOf(place, demo)
  const upTo = has.indexOf(written.at(-1) ?? '')
  expect(upTo).toBeGreaterThan(200)
  expect(written.toSorted()).toEqual(has.slice(0, upTo + 1).toSorted())
}
