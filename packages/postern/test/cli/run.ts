/** @module Runs the command as a person does: a process of its own, with a home and an environment of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileCache, preparedProgram, sourceFlags } from '../../../../test/source-program.ts'

// A command that used fetch would send its requests past the address guard (S24), and fails here.
const withoutFetch =
  'data:text/javascript,globalThis.fetch = () => { throw new Error("A command used fetch.") }'

/** What stands before the arguments of a command on Node's own command line. */
export const program: readonly string[] = [
  ...sourceFlags,
  '--import',
  withoutFetch,
  preparedProgram,
]

/** What a command ended with. */
export interface RunResult {
  /** As a shell gives it: 128 and the signal's number where a signal ended the command. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A place to run commands in: an empty folder that is its home as well. */
export interface Place {
  readonly path: (name: string) => string
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<RunResult>
  readonly remove: () => void
}

/** What a command gets beside its arguments. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What is on standard input; null leaves it open with nothing in it. */
  readonly input?: string | Uint8Array | null
  /** Sent as soon as the command has written this much to stderr. */
  readonly interruptAfter?: string
  /** Given the process as soon as it runs, to be ended from outside. */
  readonly onStart?: (process: Pick<ChildProcess, 'kill' | 'stdin'>) => void
  /** Given what the command writes to stdout, as it comes. */
  readonly onOutput?: (text: string) => void
  /** A file descriptor to write to, instead of the text of the result; `closed` is a pipe without a reader. */
  readonly stdout?: number | 'closed'
  readonly stderr?: number | 'closed'
  /** When it is ended at the latest. Default a minute, as a test has. */
  readonly timeoutMs?: number
}

/** Makes an empty place. */
export function createPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'postern-test-'))
  return {
    path: (name) => join(folder, name),
    run: (args, options) => run(args, folder, options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function run(
  args: readonly string[],
  folder: string,
  options: RunOptions = {},
): Promise<RunResult> {
  const { env = {}, input = '', interruptAfter, onStart, onOutput } = options
  const { stdout: out, stderr: err } = options
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: folder,
    env: {
      HOME: folder,
      PATH: process.env['PATH'] ?? '',
      NO_COLOR: '1',
      NODE_COMPILE_CACHE: compileCache,
      ...env,
    },
    timeout: options.timeoutMs ?? 60_000,
    stdio: ['pipe', typeof out === 'number' ? out : 'pipe', typeof err === 'number' ? err : 'pipe'],
  })
  onStart?.(child)
  if (out === 'closed') child.stdout?.destroy()
  if (err === 'closed') child.stderr?.destroy()
  let stdout = ''
  let stderr = ''
  // A chunk may end within a character.
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    onOutput?.(chunk)
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
    const due = interruptAfter !== undefined && stderr.includes(interruptAfter)
    if (due && !child.killed) child.kill('SIGINT')
  })
  // A command that reads no input may be gone before it is written.
  child.stdin?.on('error', () => undefined)
  if (input !== null) child.stdin?.end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code: signal ? 128 + constants.signals[signal] : code, stdout, stderr })
    })
  })
}
