import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPlace, type RunResult } from './run.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
let postern: ServedPostern
let org: RunningOrg
beforeAll(async () => {
  postern = await servePostern()
  org = await startOrg({ edition: 'unlimited', keyType: 'EC', users: 3 })
  const args = ['connect', 'acme', '--org', org.url, '--api-token', 'env:ADMIN_TOKEN']
  const env = { ...postern.env, ADMIN_TOKEN: org.adminToken }
  const { code, stderr } = await place.run(args, { env })
  if (code !== 0) throw new Error(stderr)
})
afterAll(async () => {
  await org.close()
  await postern.close()
  place.remove()
})

interface Printed {
  readonly url: string
  readonly accessKey: string
  readonly accessKeyId: string
  readonly org: string
}

/** Runs the command until `use` is done with what it printed, then interrupts it. */
async function proxy(
  flags: readonly string[],
  use: (printed: Printed) => Promise<void>,
  ending: NodeJS.Signals = 'SIGINT',
): Promise<RunResult> {
  let started: { kill(signal: NodeJS.Signals): void } | undefined
  let printed = ''
  let used: Promise<void> | undefined
  const result = await place.run(['proxy', 'acme', '--output', 'json', ...flags], {
    env: postern.env,
    onStart: (child) => {
      started = child
    },
    onOutput: (text) => {
      printed += text
      if (!printed.endsWith('\n')) return
      used = use(JSON.parse(printed)).finally(() => started?.kill(ending))
      // Until it is waited for, below.
      used.catch(() => undefined)
    },
  })
  await used
  return result
}

test('proxy opens the root of an org to whoever shows its access key, and to nobody else', async () => {
  const get = async (url: string, authorization?: string) => {
    const answer = await fetch(`${url}/api/v1/users?limit=2`, {
      headers: authorization === undefined ? {} : { authorization },
    })
    return { answer, text: await answer.text() }
  }
  const straight = await get(org.url, `SSWS ${org.adminToken}`)
  let opened: Printed | undefined
  const { code, stderr } = await proxy([], async (printed) => {
    opened = printed
    const { url, accessKey } = printed
    for (const scheme of ['SSWS', 'Bearer']) {
      const { answer, text } = await get(url, `${scheme} ${accessKey}`)
      expect([answer.status, text]).toEqual([200, straight.text])
      // A page leads to the next one here.
      expect(answer.headers.get('link')).toBe(
        straight.answer.headers.get('link')?.replaceAll(org.url, url),
      )
      expect(answer.headers.get('link')).toContain(`<${url}/api/v1/users?`)
    }
    for (const wrong of [undefined, `SSWS ${org.adminToken}`, `Basic ${accessKey}`]) {
      const { answer, text } = await get(url, wrong)
      expect([answer.status, JSON.parse(text)]).toEqual([
        401,
        expect.objectContaining({ errorCode: 'access_key_invalid' }),
      ])
    }
  })
  const { url = '', accessKey = '', ...rest } = opened ?? {}
  expect([code, rest]).toEqual([
    0,
    { accessKeyId: expect.any(String), org: org.url, rules: expect.any(Array) },
  ])
  expect(stderr).toContain('for GET, HEAD under /api/v1.\n')
  await expect(fetch(url)).rejects.toThrow()
  const after = await get(`${postern.url}/v1/connections/acme/proxy`, `Bearer ${accessKey}`)
  expect(after.answer.status).toBe(401)
})

test('proxy gives the calls that are allowed, and listens where it is told to', async () => {
  const { code } = await proxy(['--allow', 'post:/api/v1/groups'], async ({ url, accessKey }) => {
    const send = (method: string, body?: string) =>
      fetch(`${url}/api/v1/groups`, {
        method,
        headers: { authorization: `SSWS ${accessKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      })
    const body = JSON.stringify({ profile: { name: 'made-through-the-root' } })
    expect([(await send('POST', body)).status, (await send('GET')).status]).toEqual([200, 403])
    const { port } = new URL(url)
    const { code, stderr } = await place.run(['proxy', 'acme', '--port', port], {
      env: postern.env,
    })
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`Port ${port} cannot be opened (EADDRINUSE).`),
    ])
  })
  expect(code).toBe(0)
})

test('proxy ends in order with its terminal, and is in no list of access keys', async () => {
  const before = await postern.service.accessKeys.list()
  const { code, stderr } = await proxy([], async () => undefined, 'SIGHUP')
  expect([code, stderr]).toEqual([0, expect.stringContaining('Stopping.')])
  expect(await postern.service.accessKeys.list()).toEqual(before)
})

test.each([
  [['--port', '70000'], '--port is no number from 0 to 65535.'],
  [['--allow', 'FETCH:/api/v1'], 'methods'],
])('proxy refuses %j, and leaves no access key', async (flags, text) => {
  const before = await postern.service.accessKeys.list()
  const { code, stderr } = await place.run(['proxy', 'acme', ...flags], { env: postern.env })
  expect([code, stderr]).toEqual([2, expect.stringContaining(text)])
  expect(await postern.service.accessKeys.list()).toEqual(before)
})
