/** @module `postern feed` and `postern sink`, as a person runs them. */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPlace } from './run.ts'
import { serveOrg } from './served-org.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
afterAll(place.remove)

let postern: ServedPostern
beforeAll(async () => {
  postern = await servePostern('PGlite')
})
afterAll(() => postern.close())

const run = (...args: string[]) => place.run(args, { env: postern.env })

test('a feed is added, looked at, run, paused, resumed and removed', async () => {
  const { app } = await serveOrg(place, { users: 7 })
  expect((await run('connect', 'acme', ...app)).code).toBe(0)
  const folder = place.path('log')
  mkdirSync(folder, { mode: 0o700 })

  const sink = await run('sink', 'add', 'files', '--kind', 'jsonl', '--set', `path=${folder}`)
  expect([sink.stderr, sink.code]).toEqual(['', 0])
  const parts = ['--connection', 'acme', '--input', 'system-log', '--sink', 'files']
  const planned = await run('feed', 'add', 'log', ...parts, '--cron', '@daily', '--plan')
  expect([planned.code, planned.stdout]).toEqual([0, expect.stringMatching(/^Next runs.+Z, .+Z, /)])
  expect((await run('feed', 'list')).stderr).toContain('There is no feed')
  const added = await run('feed', 'add', 'log', ...parts, '--cron', '*/15 * * * *')
  expect([added.code, added.stdout]).toEqual([
    0,
    expect.stringMatching(/Next runs +\S+Z, \S+Z, \S+Z$/m),
  ])

  const previewed = await run('feed', 'preview', 'log')
  const lines = previewed.stdout.trimEnd().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toHaveProperty('eventType')
  expect(readdirSync(folder)).toEqual([])

  const ran = await run('feed', 'run', 'log', '--output', 'json')
  expect(ran.code).toBe(0)
  const { records } = JSON.parse(ran.stdout).run.report
  const [name = ''] = readdirSync(join(folder, 'log'))
  const written = readFileSync(join(folder, 'log', name), 'utf8')
    .trimEnd()
    .split('\n')
  expect(written).toHaveLength(records)
  expect(written[0]).toBe(lines[0])

  expect((await run('feed', 'pause', 'log')).code).toBe(0)
  const rested = await run('feed', 'run', 'log')
  expect([rested.code, rested.stderr]).toEqual([1, expect.stringContaining('feed_paused')])
  expect((await run('feed', 'resume', 'log')).code).toBe(0)
  expect((await run('feed', 'runs', 'log', '--output', 'json')).stdout).toContain('"request"')
  expect((await run('feed', 'verify', 'log')).code).toBe(0)
  expect((await run('inputs')).stdout).toMatch(/system-log .+ okta\.logs\.read .+ acme$/m)

  // To another folder once what is written is there, and not before.
  const moved = place.path('moved')
  const move = ['sink', 'update', 'files', '--set', `path=${moved}`]
  const early = await run(...move)
  expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('(sink_in_use)')])
  expect(early.stderr).toContain('postern feed update log --sink OTHER')
  expect(existsSync(moved)).toBe(false)
  renameSync(folder, moved)
  expect((await run(...move)).code).toBe(0)
  expect((await run('feed', 'run', 'log')).code).toBe(0)
  expect((await run('sink', 'remove', 'files')).stderr).toContain('sink_in_use')
  const kept = await run('connections', 'remove', 'acme')
  expect([kept.code, kept.stderr]).toEqual([1, expect.stringContaining('connection_in_use')])
  expect((await run('feed', 'resync', 'log')).stderr).toContain('feed_without_objects')
  const updated = await run('feed', 'update', 'log', '--sink', 'files', '--sink', 'store')
  expect(updated.stderr).toContain('takes the events that are read from now on')
  expect((await run('feed', 'run', 'log')).code).toBe(0)
  const erased = await run('records', 'erase', 'acme', `00u${'0'.repeat(17)}`)
  expect([erased.code, erased.stdout]).toEqual([0, expect.stringMatching(/^Events +0\nObjects +0/)])
  expect((await run('feed', 'remove', 'log')).code).toBe(0)
  expect((await run('feed', 'show', 'log')).code).toBe(6)
  expect((await run('sink', 'remove', 'files')).code).toBe(0)
})

test('every value that cannot be used is told with its remedy, before anything is kept', async () => {
  const parts = ['--connection', 'nobody', '--input', 'tickets', '--sink', 'nowhere']
  const refused = await run('feed', 'add', 'wrong', ...parts, '--cron', 'every 5 minutes')
  expect(refused.code).toBe(2)
  for (const code of ['connection_not_found', 'input_unknown', 'sink_not_found', 'cron_not_cron']) {
    expect(refused.stderr).toContain(code)
  }
  expect((await run('feed', 'dead-letters', 'log', '--retry', '--drop')).code).toBe(2)
})

test('a secret of a sink is read from where it is, and is shown by nobody', async () => {
  const env = { ...postern.env, HOOK: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }
  const kinds = JSON.parse((await run('sink', 'kinds', '--output', 'json')).stdout)
  expect(kinds.map(({ name }: { name: string }) => name)).toContain('http')
  const args = [
    'sink',
    'add',
    'hook',
    '--kind',
    'http',
    '--set',
    'url=https://hooks.acme.example/in',
  ]
  const added = await place.run([...args, '--secret', 'signingSecret=env:HOOK', '--force'], { env })
  const shown = await run('sink', 'list', '--output', 'json')
  expect(`${added.stdout}${added.stderr}${shown.stdout}`).not.toContain('MfKQ9r8GKYqrTwjUPD8')
})
