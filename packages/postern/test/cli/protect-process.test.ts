/** @module What is left of a server that crashes, and what it does not start with (SECURITY-TESTS.md, S14). */

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { canaries, leaksIn } from '../../../../test/canary.ts'
import { protectProcess } from '../../src/cli/protect-process.ts'
import { createPlace } from './run.ts'
import { startPostern } from './started-postern.ts'

const reports = ['--report-uncaught-exception', '--report-on-fatalerror']
const place = createPlace()
afterAll(place.remove)

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'postern-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Everything that a crash wrote down. */
async function crash(
  how: string,
  { protection = 'protected', options = [] }: { protection?: string; options?: string[] } = {},
): Promise<string> {
  const folder = newFolder()
  const file = path.join(import.meta.dirname, 'crashing-process.ts')
  const nodeOptions = ['--conditions=source', '--max-old-space-size=40', ...reports, ...options]
  const printed = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [...nodeOptions, `--report-directory=${folder}`, file, how, protection],
      { env: { ...process.env, CANARY: canaries.passphrase }, cwd: folder },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    )
  })
  const files = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'latin1'))
  return [printed, ...files].join('\n')
}

describe('a process that crashes', () => {
  test.each([
    ['throw', [], true],
    ['memory', [], false],
    ['memory', ['--report-exclude-env'], true],
  ])('for %s with %j leaves its environment nowhere', async (how, options, isReported) => {
    const left = await crash(how, { options })
    expect(left.includes('"javascriptStack"')).toBe(isReported)
    expect(leaksIn(left)).toEqual([])
  })

  test('without protection leaves it in its report, where it is found', async () => {
    expect(leaksIn(await crash('throw', { protection: 'open' }))).toEqual(['passphrase'])
  })

  test.runIf(process.platform !== 'win32')('opens no debugger when it is told to', async () => {
    expect(await crash('signal')).toBe('debugger: none')
  })
})

describe('postern start', () => {
  test.each([
    ['--inspect', ['--inspect']],
    ['--inspect-brk', ['--inspect-brk=0.0.0.0:9229']],
    ['--inspect-wait', ['--inspect_wait']],
    ['--heapsnapshot-signal', ['--heapsnapshot-signal=SIGUSR2']],
    ['--heapsnapshot-near-heap-limit', ['--heapsnapshot-near-heap-limit=2']],
    ['--abort-on-uncaught-exception', ['--abort-on-uncaught-exception']],
  ])('is refused with %s, wherever it is given', (option, execArgv) => {
    const refusal = expect.objectContaining({ code: 'config_debugger_on', details: { option } })
    expect(() => protectProcess(false, { execArgv, env: {} })).toThrow(refusal)
    const NODE_OPTIONS = `--no-warnings ${execArgv[0]}`
    expect(() => protectProcess(false, { execArgv: [], env: { NODE_OPTIONS } })).toThrow(refusal)
    expect(() => protectProcess(true, { execArgv, env: {} })).not.toThrow()
  })

  test('does not start under a debugger', async () => {
    const { code, stderr } = await place.run(['start', '--port', '0'], {
      env: { NODE_OPTIONS: '--inspect=127.0.0.1:0', POSTERN_DATA: place.path('none') },
    })
    expect([code, stderr]).toEqual([1, expect.stringContaining('(config_debugger_on)')])
  })

  test('leaves its master key and its environment in no report of a crash', {
    timeout: 60_000,
  }, async () => {
    const folder = newFolder()
    const fault = 'process.on("SIGHUP",()=>{setImmediate(()=>{throw/**/new/**/Error("a crash")})})'
    const keyFile = path.join(place.path('data'), 'master-key')
    const started = await startPostern(place, [], {
      NODE_OPTIONS: `--report-uncaught-exception --report-directory=${folder} --import=data:text/javascript,${encodeURIComponent(fault)}`,
      POSTERN_DATA: place.path('data'),
      CANARY: canaries.passphrase,
    })
    const { stdout, stderr } = await started.stop('SIGHUP')
    const [report = '', ...more] = readdirSync(folder)
    expect(more).toEqual([])
    const left = readFileSync(path.join(folder, report), 'utf8')
    expect(left).toContain('"javascriptStack"')
    expect(leaksIn(left + stdout + stderr)).toEqual([])
    const [, key = ''] = /:1:(\S+)/.exec(readFileSync(keyFile, 'utf8')) ?? []
    expect(key).toHaveLength(43)
    expect(left + stdout + stderr).not.toContain(key.slice(0, 16))
  })
})
