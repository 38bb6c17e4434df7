/** @module Runs a command that gives a secret. No shell: nothing in it is expanded or substituted. */

import { spawn } from 'node:child_process'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 64 * 1024
const PART = /"([^"]*)"|'([^']*)'|([^\s"']+)/y

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: readonly string[]]

/** How the command is run. */
export interface RunCommandOptions {
  /** What it is given on standard input; nothing where left out. */
  readonly stdin?: string
  /** Default 10 s. */
  readonly timeoutMs?: number
}

/**
 * Splits a command line at blanks. What stands in single or double quotes is one argument; nothing else has a meaning.
 *
 * @returns undefined where there is no program, a quote has no end, or a quote stands against other text.
 */
export function splitCommand(text: string): Command | undefined {
  const parts: string[] = []
  const rest = text.trim()
  for (let at = 0; at < rest.length; ) {
    PART.lastIndex = at
    const found = PART.exec(rest)
    if (found === null) return undefined
    parts.push(found[1] ?? found[2] ?? found[3] ?? '')
    const blanks = /\s*/y
    blanks.lastIndex = PART.lastIndex
    blanks.exec(rest)
    if (blanks.lastIndex === PART.lastIndex && blanks.lastIndex < rest.length) return undefined
    at = blanks.lastIndex
  }
  const [program, ...args] = parts
  return program === undefined || program === '' ? undefined : [program, ...args]
}

/** What came of a command: what it printed, or why it gave nothing. */
export type CommandOutput =
  | { readonly text: string }
  | {
      /** Follows the name of the command in a sentence: `ended with exit code 1`. */
      readonly failed: string
      readonly cause?: unknown
    }

/** What a command prints, at most 64 KiB. Its standard error is not read: it may say anything, secrets too. */
export function outputOf(
  [program, ...args]: Command,
  { stdin = '', timeoutMs = TIMEOUT_MS }: RunCommandOptions = {},
): Promise<CommandOutput> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true })
    const chunks: Buffer[] = []
    let length = 0
    const fail = (failed: string, cause?: unknown) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      // A program that it started may hold the pipe for ever.
      child.stdout.destroy()
      resolve(cause === undefined ? { failed } : { failed, cause })
    }
    const timer = setTimeout(() => fail(`did not end within ${timeoutMs} ms`), timeoutMs)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.byteLength
      if (length > MAX_BYTES) fail(`printed more than ${MAX_BYTES} bytes`)
    })
    child.on('error', (error) => fail(`could not be started (${reasonOf(error)})`, error))
    child.on('close', (code, signal) => {
      if (code !== 0) return fail(`ended with ${signal ?? `exit code ${code}`}`)
      clearTimeout(timer)
      resolve({ text: Buffer.concat(chunks).toString('utf8') })
    })
    // A program that reads nothing closes its end; that is its affair.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
  })
}

function reasonOf(error: Error): string {
  return 'code' in error ? String(error.code) : 'unknown'
}
