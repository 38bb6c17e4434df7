/** @module G6: a thousand members put into a group by a process that is killed in the middle; run again, none is left out and none added twice. */

import { writeFileSync } from 'node:fs'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { expect, onTestFinished, test } from 'vitest'
import { createPlace, type Place } from './run.ts'
import { startPostern } from './started-postern.ts'

const USERS = 1_000
const scopes = ['okta.groups.manage', 'okta.users.read']

/** Kills as soon as the org has added so many members: the last of them is there, and nobody has heard of it. */
function killAtMember({ org }: RunningOrg, count: number, kill: () => void): void {
  const { ledger } = org
  const add = ledger.addChange.bind(ledger)
  let seen = 0
  ledger.addChange = (change) => {
    add(change)
    if (change.what !== 'group-member' || ++seen !== count) return
    ledger.addChange = add
    kill()
  }
}

/** An org of a thousand users and an empty group, the command that fills it, and how it is connected. */
async function scene(place: Place) {
  const statuses: (number | undefined)[] = []
  const org = await startOrg({
    ...{ edition: 'unlimited', keyType: 'EC', users: USERS, groups: 0, scopes },
    role: 'GROUP_MEMBERSHIP_ADMIN',
    onCall: ({ status }) => void statuses.push(status),
  })
  onTestFinished(org.close)
  const headers = {
    authorization: `SSWS ${org.adminToken}`,
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ profile: { name: 'Everybody else' } })
  const made = await fetch(`${org.url}/api/v1/groups`, { method: 'POST', headers, body })
  const { id: group } = await made.json()
  const users: { readonly id: string }[] = []
  for (let next: string | undefined = `${org.url}/api/v1/users?limit=200`; next !== undefined; ) {
    const page: Response = await fetch(next, { headers })
    users.push(...(await page.json()))
    next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
  }
  writeFileSync(place.path('users'), users.map(({ id }) => id).join('\n'))
  writeFileSync(place.path('key'), JSON.stringify(org.app.key), { mode: 0o600 })
  const env = { POSTERN_DATA: place.path('data') }
  const connected = await place.run(
    [
      ...['connect', 'acme', '--force', '--org', org.url, '--client-id', org.app.clientId],
      ...['--key', place.path('key'), '--scopes', scopes.join(' ')],
    ],
    { env },
  )
  if (connected.code !== 0) throw new Error(connected.stderr)
  const args = ['action', 'run', 'acme', 'group.add_members', `group=${group}`]
  const fill = [...args, `users=@${place.path('users')}`, '--output', 'json']
  const added = () =>
    org.org.ledger
      .read()
      .flatMap((entry) =>
        entry.kind === 'change' && entry.what === 'group-member' && entry.id === group
          ? [entry.member]
          : [],
      )
  return { org, env, fill, users, added, statuses }
}

async function requireFilled(
  place: Place,
  { fill, env, users, added, statuses }: Awaited<ReturnType<typeof scene>>,
) {
  const { code, stdout, stderr } = await place.run(fill, { env })
  expect([code, stderr.includes('error')]).toEqual([0, false])
  const { items } = JSON.parse(stdout)
  const outcomes = new Set(items.map(({ outcome }: { outcome: string }) => outcome))
  expect(outcomes).toEqual(new Set(['already_so', 'changed']))
  expect(added().toSorted()).toEqual(users.map(({ id }) => id).toSorted())
  expect(statuses).not.toContain(429)
  const audit = await place.run(['audit', 'list', '--output', 'jsonl'], { env })
  const rows = audit.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ action }) => action === 'action.run')
  // The newest first: of the run that was killed it is known that it began, and nothing else.
  expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', 'begun', 'begun'])
}

test('the command is killed', { timeout: 120_000 }, async () => {
  const place = createPlace()
  onTestFinished(place.remove)
  const filling = await scene(place)
  const { code } = await place.run(filling.fill, {
    env: filling.env,
    onStart: (child) => killAtMember(filling.org, USERS / 2, () => child.kill('SIGKILL')),
  })
  expect(code).toBe(137)
  expect(filling.added().length).toBeLessThan(USERS)
  await requireFilled(place, filling)
})

test('the server that a command works through is killed', { timeout: 120_000 }, async () => {
  const place = createPlace()
  onTestFinished(place.remove)
  const filling = await scene(place)
  const server = await startPostern(place, ['--dev'], filling.env)
  killAtMember(filling.org, USERS / 2, () => void server.stop('SIGKILL'))
  const { code, stderr } = await place.run(filling.fill, { env: filling.env })
  expect([code, stderr]).toEqual([1, expect.stringContaining('server_stopped')])
  expect(filling.added().length).toBeLessThan(USERS)
  await requireFilled(place, filling)
})
