/** @module `postern exec`: runs a command whose Okta tools find an org through Postern, and ends as the command does. */

import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { PosternError, showHostile } from '@postern/core'
import { oktaToolEnvironment } from '../../config/okta-tool-environment.ts'
import type { GlobalOptions } from '../global-options.ts'
import { withRoot } from '../open-root.ts'
import { tell } from '../output.ts'
import { formatCalls } from './access-rule.ts'

/** The arguments and flags of `exec`, as they were typed. */
export interface ExecFlags {
  readonly name: string
  /** A program and its arguments. No shell reads them. */
  readonly command: readonly string[]
  readonly allow?: readonly string[]
}

/** A command that is no program here. */
class ExecError extends PosternError<'command_not_found' | 'command_not_executable'> {
  override readonly name = 'ExecError'
}

// As shells have it.
const SIGNALLED = 128

// A terminal sends these to every process in front of it; the command would see one that is passed on as a second one, on
// which many end at once.
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT'])
const PASSED_ON: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGHUP',
  'SIGUSR2',
  'SIGWINCH',
]

/** Runs the command and sets the exit code to its own. */
export async function exec(
  { name, command, allow }: ExecFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await withRoot(
    { name, allow, purpose: `postern exec ${name}` },
    { ...options, signal },
    async ({ url, accessKey, rules, connection }) => {
      tell(`${name} is at ${url} for this command, for ${formatCalls(rules)}. --allow gives more.`)
      const { orgUrl: org, kind } = connection
      const access = { url, accessKey, org, isUser: kind === 'api-token' }
      process.exitCode = await run(command, oktaToolEnvironment(process.env, access))
    },
  )
}

/** @returns its exit code; as a shell has it, where a signal ended it. */
function run([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = start(program, args, env)
    const isAtTerminal = isatty(0) || isatty(2)
    const pass = (name: NodeJS.Signals) => {
      if (!isAtTerminal || !FROM_TERMINAL.has(name)) child.kill(name)
    }
    for (const name of PASSED_ON) process.on(name, pass)
    const end = () => {
      for (const name of PASSED_ON) process.off(name, pass)
    }
    child.on('error', (error) => {
      end()
      reject(notRun(program, error))
    })
    child.on('exit', (code, signal) => {
      end()
      resolve(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  try {
    return spawn(program, args, { stdio: 'inherit', env })
  } catch (error) {
    // Of some reasons Node tells at once.
    throw error instanceof Error ? notRun(program, error) : error
  }
}

function notRun(program: string, cause: Error): ExecError {
  const reason = 'code' in cause ? String(cause.code) : 'unknown'
  const shown = showHostile(program)
  if (reason === 'ENOENT' || program === '') {
    return new ExecError('command_not_found', `There is no program ${shown || "''"}.`, {
      remedy:
        'Write postern exec NAME -- COMMAND with a program of the PATH, or with its path; of a script, look at its first line.',
      cause,
    })
  }
  return new ExecError('command_not_executable', `${shown} cannot be run (${reason}).`, {
    remedy:
      reason === 'E2BIG'
        ? 'Give it fewer and shorter arguments, or a smaller environment.'
        : 'Make the file executable, and give a program, not a folder.',
    cause,
  })
}
