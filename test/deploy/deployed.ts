/** @module Runs what a file of `deploy` runs, with its folders in a place of the test. */

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { createPlace, type Place, type RunResult } from '../../packages/postern/test/cli/run.ts'

/** A place with the secrets that `deploy` names. */
export interface DeployPlace extends Place {
  readonly credentials: string
}

/** Makes one, for as long as the test runs. */
export function newDeployPlace(secrets: Readonly<Record<string, string>> = {}): DeployPlace {
  const place = createPlace()
  onTestFinished(place.remove)
  const credentials = place.path('credentials')
  mkdirSync(credentials, { mode: 0o700 })
  const masterKey = randomBytes(32).toString('base64')
  for (const [name, text] of Object.entries({ 'master-key': masterKey, ...secrets })) {
    writeFileSync(`${credentials}/${name}`, `${text}\n`, { mode: 0o440 })
  }
  return { ...place, credentials }
}

/** A program that runs. */
export interface Deployed {
  readonly printed: {
    readonly url: string
    readonly pid: number
    readonly store?: string
    readonly worker?: true
  }
  /** As systemd and container engines do it. */
  stop(): Promise<RunResult>
}

/** Starts the program and waits until it says that it runs. */
export function deploy(
  place: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Deployed> {
  return new Promise((resolve, reject) => {
    let kill: (signal: NodeJS.Signals) => void = () => undefined
    let printed = ''
    const ended = place.run(args, {
      env,
      onStart: (child) => {
        kill = (signal) => void child.kill(signal)
      },
      onOutput: (text) => {
        printed += text
        if (!printed.endsWith('\n')) return
        const stop = () => {
          kill('SIGTERM')
          return ended
        }
        resolve({ printed: JSON.parse(printed), stop })
      },
    })
    onTestFinished(async () => {
      kill('SIGKILL')
      await ended
    })
    ended.then(({ stderr }) => reject(new Error(`It ended: ${stderr}`)), reject)
  })
}

/** The exit code of another program. */
export async function codeOf(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number | null> {
  const child = spawn(file, args, {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], ...env },
    timeout: 20_000,
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
}
