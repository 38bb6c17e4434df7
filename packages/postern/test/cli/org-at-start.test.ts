import { startOrg } from '@postern/emulator'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { createPlace, type Place } from './run.ts'
import { linesOf } from './started-demo.ts'

// Some processes that run one after the other.
const TIMEOUT_MS = 60_000

const places: Place[] = []
afterEach(() => {
  for (const place of places.splice(0)) place.remove()
})

function newPlace(): Place {
  const place = createPlace()
  places.push(place)
  return place
}

/** Runs a server for an org until it has printed a text, then ends it, and gives all that it printed. */
async function startUntil(
  place: Place,
  text: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  let child: { kill(signal: NodeJS.Signals): void } | undefined
  let printed = ''
  const { code, stdout } = await place.run(
    ['start', '--dev', '--port', '0', '--data', place.path('data')],
    {
      env,
      onStart: (started) => {
        child = started
      },
      onOutput: (more) => {
        printed += more
        if (printed.includes(text)) child?.kill('SIGTERM')
      },
    },
  )
  expect(code).toBe(0)
  return stdout
}

test(
  'a server that is started for an org connects, examines and reads it, and finds all that kept at the next start',
  async () => {
    const place = newPlace()
    const org = await startOrg({ keyType: 'EC', edition: 'unlimited', users: 30 })
    onTestFinished(() => org.close())
    const env = { POSTERN_ORG: `${org.url}/`, OKTA_ADMIN_TOKEN: org.adminToken }
    const first = await startUntil(place, 'It runs until Ctrl-C', env)
    expect(first).toContain('nothing is emulated')
    expect(first).toContain('No problem was found')
    expect(first).not.toContain(org.adminToken)
    expect(linesOf(place.path('data/records'), 'okta-users')).toHaveLength(30)
    const { POSTERN_ORG } = env
    const second = await startUntil(place, 'It runs until Ctrl-C', { POSTERN_ORG })
    expect(second).toContain('The org is connected: okta')
    expect(linesOf(place.path('data/records'), 'okta-users')).toHaveLength(30)
  },
  TIMEOUT_MS,
)

test(
  'without a credential it gives a link for whoever has one',
  async () => {
    const place = newPlace()
    const org = await startOrg({ keyType: 'EC' })
    onTestFinished(() => org.close())
    const printed = await startUntil(place, '--guide', { POSTERN_ORG: org.url })
    expect(printed).toMatch(/http:\/\/127\.0\.0\.1:\d+\/connect\/#[\da-f]{16}\./)
  },
  TIMEOUT_MS,
)
