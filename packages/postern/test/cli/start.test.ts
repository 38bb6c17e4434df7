import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createWebServer } from 'node:http'
import { createServer } from 'node:net'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPlace } from './run.ts'
import { startPostern } from './started-postern.ts'

const place = createPlace()
afterAll(place.remove)

async function portInUse(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' ? String(address?.port) : ''
}

// Six processes, four of which open a store.
const TIMEOUT_MS = 60_000

const modeOf = (path: string) => statSync(path).mode & 0o777

describe('postern start', () => {
  test(
    'on a new directory makes what it needs, serves, refuses a second one, and stops in order',
    async () => {
      const data = place.path('new/data')
      const portal = ['--connect-origin', 'https://portal.example.com/']
      const { printed, stop } = await startPostern(place, ['--data', data, ...portal])
      expect(printed).toMatchObject({ dataDir: data, store: 'pglite' })
      const { headers } = await fetch(`${printed.url}/connect/`)
      expect(headers.get('content-security-policy')).toMatch(
        /; frame-ancestors https:\/\/portal\.example\.com$/,
      )
      expect(printed.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      expect([modeOf(data), modeOf(`${data}/master-key`), modeOf(`${data}/server.json`)]).toEqual([
        0o700, 0o600, 0o600,
      ])
      // The same process from the beginning, so that a signal to it needs no passing on.
      const command = readFileSync(`/proc/${printed.pid}/cmdline`, 'utf8').split('\0')
      expect(command).toContain('--liftoff-only')

      const second = await place.run(['start', '--data', data, '--port', '0'])
      expect(second.code).toBe(1)
      expect(second.stderr).toContain(`process ${printed.pid}, at ${printed.url}. (server_running)`)

      const keys = await place.run(['access', 'list', '--output', 'json'], {
        env: { POSTERN_DATA: data },
      })
      expect(keys).toMatchObject({ code: 0, stdout: '[]\n' })
      const noLines = await place.run(['access', 'list', '--output', 'jsonl', '--data', data])
      expect(noLines).toMatchObject({ code: 0, stdout: '' })

      const { code, stderr } = await stop('SIGTERM')
      expect(code).toBe(0)
      expect(stderr).toContain(`A master key was made: ${data}/master-key.`)
      expect(existsSync(`${data}/server.json`)).toBe(false)

      const port = await portInUse()
      const third = await place.run(['start', '--data', data, '--port', port])
      expect(third.code).toBe(1)
      expect(third.stderr).toContain(`port ${port} of 127.0.0.1. (server_address_in_use)`)
      expect(third.stderr).not.toContain('A master key was made')
    },
    TIMEOUT_MS,
  )

  test(
    'after a kill takes over from a process number and a port that others have now, and says that its key is lost',
    async () => {
      const data = place.path('killed/data')
      const { printed, stop } = await startPostern(place, ['--data', data])
      const path = `${data}/server.json`
      const left = readFileSync(path, 'utf8')
      await stop('SIGKILL')
      rmSync(`${data}/master-key`)
      const stranger = createWebServer((_request, response) => response.writeHead(404).end())
      await once(stranger.listen(0, '127.0.0.1'), 'listening')
      onTestFinished(() => void stranger.close())
      const address = stranger.address()
      const url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : ''
      writeFileSync(path, JSON.stringify({ ...JSON.parse(left), url, pid: process.pid }))

      const again = await startPostern(place, ['--data', data])
      expect(again.printed.pid).not.toBe(printed.pid)
      const { code, stderr } = await again.stop('SIGTERM')
      expect([code, stderr]).toEqual([0, expect.stringContaining('(seal_locked)')])
    },
    TIMEOUT_MS,
  )

  test.each([
    ['no number as the port', ['--port', 'x']],
    ['a port beyond the last', ['--port', '65536']],
    ['another address of this machine without TLS', ['--host', '0.0.0.0']],
    ['half of a certificate', ['--tls-cert', 'x.pem']],
    ['a database’s URL of another kind', ['--database', 'mysql://x/y']],
  ])('refuses %s before anything is made', async (_what, args) => {
    const { code, stderr } = await place.run(['start', '--data', place.path('none'), ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining('fix ')])
    expect(existsSync(place.path('none'))).toBe(false)
  })
})
