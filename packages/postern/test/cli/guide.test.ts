import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import {
  assignRoles,
  createApp,
  type GuideOutcome,
  type GuideQuestion,
  grantScopes,
  type PublicJwk,
} from '@postern/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type EmulatedOrg, emulatedOrg } from '../../../../test/emulated-org.ts'
import { guide } from '../../src/cli/commands/setup-guide.ts'
import type { GuidePrompts, GuideReply } from '../../src/cli/guide-prompts.ts'
import { createPlace } from './run.ts'

/** A person at a terminal, who does what each step says, in the org. */
interface Person extends GuidePrompts {
  readonly seen: string[]
  readonly outcomes: GuideOutcome[]
}

function person(
  doing: (stepId: string) => Promise<GuideReply> | GuideReply,
  answer: (question: GuideQuestion) => string | undefined,
): Person {
  const seen: string[] = []
  const outcomes: GuideOutcome[] = []
  return {
    seen,
    outcomes,
    showStep: ({ id }) => seen.push(id),
    ask: async (question) => answer(question),
    askReply: async ({ id }) => doing(id),
    showOutcome: (outcome) => outcomes.push(outcome),
  }
}

/** What a command printed on stdout. */
function catchOutput(): () => string {
  let text = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  const silence = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  onTestFinished(() => {
    write.mockRestore()
    silence.mockRestore()
  })
  return () => text
}

const never = new AbortController().signal
const CLIENT_ID = 'by-hand-in-the-console'
const scopes = ['okta.users.read']

async function doInConsole({ admin }: EmulatedOrg, stepId: string, out: string): Promise<void> {
  const plan = () => JSON.parse(readFileSync(`${out}/setup.json`, 'utf8')).plan
  switch (stepId) {
    case 'create-app': {
      const publicJwk: PublicJwk = plan().publicJwk
      const app = { label: 'Postern acme', publicJwk, dpopRequired: true }
      await createApp(admin, app, CLIENT_ID)
      break
    }
    case 'scopes':
      await grantScopes(admin, await appId(admin, CLIENT_ID), scopes)
      break
    case 'roles':
      await assignRoles(admin, CLIENT_ID, [{ type: 'READ_ONLY_ADMIN' }])
      break
  }
}

async function appId(admin: EmulatedOrg['admin'], clientId: string): Promise<string> {
  for await (const app of admin.list('/api/v1/apps', { limit: 200 })) {
    const { id, credentials } = app as {
      readonly id: string
      readonly credentials: { readonly oauthClient?: { readonly client_id: string } }
    }
    if (credentials.oauthClient?.client_id === clientId) return id
  }
  throw new Error('There is no such app.')
}

function flagsFor(org: EmulatedOrg) {
  return {
    name: 'acme',
    org: org.admin.url,
    dpop: true,
    scopes: scopes.join(' '),
    guide: true,
  } as const
}

describe('postern setup --guide', () => {
  test('takes a person through the console to a proven credential, each step looked at', async () => {
    const org = await emulatedOrg({ edition: 'unlimited' })
    const place = createPlace()
    onTestFinished(place.remove)
    const out = place.path('acme')
    const output = catchOutput()
    let scopesSeen = 0
    const someone = person(
      async (id): Promise<GuideReply> => {
        // The first time the person says so without having done it.
        if (id === 'scopes' && scopesSeen++ === 0) return 'check'
        await doInConsole(org, id, out)
        return 'check'
      },
      ({ field }) => (field === 'clientId' ? ` ${CLIENT_ID} ` : undefined),
    )
    await guide(out, flagsFor(org), { output: 'json' }, never, someone)
    expect(someone.seen).toEqual([
      ...['org', 'sign-in', 'create-app', 'client-id', 'public-key', 'dpop', 'scopes', 'roles'],
    ])
    expect(someone.outcomes.filter(({ status }) => status === 'todo')).toHaveLength(1)
    expect(JSON.parse(output())).toMatchObject({
      clientId: CLIENT_ID,
      tokenType: 'DPoP',
      scopes,
      read: { path: '/api/v1/users', records: 1 },
    })
    expect(readFileSync(`${out}/okta.env`, 'utf8')).toContain(`OKTA_CLIENT_CLIENTID='${CLIENT_ID}'`)
  })

  test('goes on later with the step the person was at, and leaves the app to the person', async () => {
    const org = await emulatedOrg({ edition: 'unlimited' })
    const place = createPlace()
    onTestFinished(place.remove)
    const out = place.path('acme')
    catchOutput()
    const answer = () => CLIENT_ID
    const early = person(async (id): Promise<GuideReply> => {
      await doInConsole(org, id, out)
      return id === 'scopes' ? 'stop' : 'check'
    }, answer)
    await guide(out, flagsFor(org), { output: 'json' }, never, early)
    const late = person(async (id): Promise<GuideReply> => {
      await doInConsole(org, id, out)
      return 'check'
    }, answer)
    await guide(out, flagsFor(org), { output: 'json' }, never, late)
    expect(late.seen).toEqual(['scopes', 'roles'])
    const env = { ADMIN: org.running.adminToken }
    const undo = ['setup', 'acme', '--undo', '--out', out, '--admin-token', 'env:ADMIN']
    const { code, stderr } = await place.run(undo, { env })
    expect([code, stderr.includes('setup_guided')]).toEqual([1, true])
    expect(await appId(org.admin, CLIENT_ID)).toBeDefined()
  })

  test('asks for the org first where nobody gave it', async () => {
    const org = await emulatedOrg()
    const place = createPlace()
    onTestFinished(place.remove)
    catchOutput()
    const someone = person(
      () => 'stop',
      ({ field }) => (field === 'orgUrl' ? org.admin.url : undefined),
    )
    const { org: _org, ...flags } = flagsFor(org)
    await guide(place.path('acme'), flags, { output: 'json' }, never, someone)
    expect(someone.seen).toEqual(['org', 'org'])
    expect(existsSync(place.path('acme/setup.json'))).toBe(true)
  })

  test('takes an API token, looks whether it is good, and keeps it for this user alone', async () => {
    const org = await emulatedOrg()
    const place = createPlace()
    onTestFinished(place.remove)
    const out = place.path('acme')
    const output = catchOutput()
    const tokens = ['not a token', org.running.adminToken]
    const someone = person(
      () => 'check',
      ({ field, isSecret }) => (field === 'apiToken' && isSecret ? tokens.shift() : undefined),
    )
    await guide(out, { ...flagsFor(org), guide: 'api-token' }, { output: 'json' }, never, someone)
    expect(someone.outcomes.map(({ status }) => status)).toEqual(['done', 'todo', 'done'])
    expect(readdirSync(out)).toEqual(['api-token'])
    expect(statSync(`${out}/api-token`).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${out}/api-token`, 'utf8')).toBe(`${org.running.adminToken}\n`)
    expect(output()).not.toContain(org.running.adminToken)
  })

  test('prints the steps where there is no terminal', async () => {
    const place = createPlace()
    onTestFinished(place.remove)
    const at = ['setup', 'acme', '--org', 'acme.okta.com', '--out', place.path('acme'), '--guide']
    const json = await place.run([...at, '--output', 'json'])
    expect(JSON.parse(json.stdout).map(({ id }: { id: string }) => id)).toContain('public-key')
    const text = await place.run(at)
    expect(text.stdout).toContain('Require Demonstrating Proof of Possession')
    const token = await place.run([
      'setup',
      'acme',
      '--guide',
      'api-token',
      '--out',
      place.path('b'),
    ])
    expect(token.stdout).toContain('Security > API > Tokens')
  })
})
