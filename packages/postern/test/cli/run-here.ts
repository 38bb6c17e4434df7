/** @module Runs a command within the process of the test, where what a process costs is more than what it would show. */

import { vi } from 'vitest'
import description from '../../package.json' with { type: 'json' }
import { runProgram } from '../../src/cli/program.ts'
import type { RunResult } from './run.ts'

/**
 * What a command prints and ends with, one at a time. Standard input, signals and whatever else belongs to a process are for
 * {@link Place.run}.
 *
 * @param env - beside the environment of the tests.
 */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunResult> {
  const [stdout, stderr] = [listenTo(process.stdout), listenTo(process.stderr)]
  vi.stubEnv('NO_COLOR', '1')
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  try {
    const code = await runProgram(args, description.version)
    return {
      code: Number(process.exitCode ?? 0) || code,
      stdout: stdout.end(),
      stderr: stderr.end(),
    }
  } finally {
    stdout.end()
    stderr.end()
    vi.unstubAllEnvs()
    process.exitCode = undefined
  }
}

/** Keeps what is written, in the place of writing it. `end` gives it, and takes away what the command listened for. */
function listenTo(stream: NodeJS.WriteStream): { readonly end: () => string } {
  let text = ''
  const listeners = stream.listeners('error')
  const writing = vi.spyOn(stream, 'write').mockImplementation((...[chunk, ...more]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    for (const done of more) if (typeof done === 'function') done()
    return true
  })
  return {
    end: () => {
      writing.mockRestore()
      for (const listener of stream.rawListeners('error'))
        if (!listeners.includes(listener)) stream.off('error', listener as () => void)
      return text
    },
  }
}
