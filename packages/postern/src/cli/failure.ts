/** @module What a command says when it fails: what was observed, what to do, and nothing secret. */

import { PosternError, showHostile } from '@postern/core'
import { ConfigError } from '../config/config-error.ts'
import type { ConnectionProblem } from '../config/connection-form.ts'
import type { MemberProblem } from '../config/member-problem.ts'
import { UsageError } from '../config/usage-error.ts'
import { exitCodeOf, isInterruption } from './exit-code.ts'
import { paint, tell, tellProblem } from './output.ts'
import type { OutputFormat } from './output-format.ts'
import { ArgumentFailure } from './quiet-command.ts'

/**
 * Tells a person or a program why a command failed.
 *
 * @returns the exit code.
 */
export function reportFailure(
  thrown: unknown,
  options: { readonly format: OutputFormat; readonly debug: boolean },
): number {
  const failure = thrown instanceof ArgumentFailure ? usageFailure(thrown) : thrown
  printFailure(failure, options.format)
  if (options.debug && failure instanceof Error) tell(redactedStack(failure))
  return exitCodeOf(failure)
}

/** The failure of a command line that holds a secret itself. */
export function secretInArgument(): UsageError {
  return new UsageError(
    'secret_in_argument',
    'An argument holds what looks like a secret itself.',
    {
      remedy:
        'Give the name of a file, - for standard input, or env:NAME; then replace the secret, which the process list and the shell history have seen.',
    },
  )
}

/** The failure of an environment that makes Node accept every certificate. */
export function tlsVerificationOff(): ConfigError {
  return new ConfigError(
    'config_tls_verification_off',
    'NODE_TLS_REJECT_UNAUTHORIZED is 0, and every certificate would pass.',
    {
      remedy:
        'Unset it; for a server or a proxy of your own, name its authority in NODE_EXTRA_CA_CERTS.',
    },
  )
}

function usageFailure(failure: ArgumentFailure): UsageError {
  return new UsageError('usage_invalid', failure.message, { remedy: failure.remedy })
}

function redactedStack(error: Error): string {
  const lines = (error.stack ?? '').split('\n').slice(0, 30)
  return lines.map((line) => `  ${showHostile(line)}`).join('\n')
}

/** Prints a failure on stderr: as text, or as one JSON object `{ error }` where the output is JSON, on one line for JSON lines. */
function printFailure(thrown: unknown, format: OutputFormat): void {
  if (format === 'json' || format === 'jsonl') {
    tell(JSON.stringify({ error: failureData(thrown) }, null, format === 'json' ? 2 : 0))
  } else if (isInterruption(thrown)) {
    tell(paint('red', 'interrupted'))
  } else if (isConnectionInvalid(thrown)) {
    for (const { field, flag, code, message, remedy } of thrown.details.problems) {
      tellProblem(`${field} (${flag}): ${message}`, remedy, code)
    }
  } else if (hasMemberProblems(thrown)) {
    for (const { path, code, message, remedy } of thrown.details.problems) {
      tellProblem(`${path}: ${message}`, remedy, code)
    }
  } else if (thrown instanceof PosternError) {
    tellProblem(thrown.message, thrown.remedy, codeLine(thrown))
  } else {
    tellProblem(unexpected.message, unexpected.remedy, unexpected.code)
  }
}

/** Whether it is a {@link ConnectionError}, of this process or of the API. */
function isConnectionInvalid(thrown: unknown): thrown is PosternError & {
  readonly details: { readonly problems: readonly ConnectionProblem[] }
} {
  if (!(thrown instanceof PosternError) || thrown.code !== 'connection_invalid') return false
  return Array.isArray(thrown.details['problems'])
}

/** Whether it is the refusal of a feed or a sink with all that is wrong with it. */
function hasMemberProblems(thrown: unknown): thrown is PosternError & {
  readonly details: { readonly problems: readonly MemberProblem[] }
} {
  if (!(thrown instanceof PosternError)) return false
  if (thrown.code !== 'feed_invalid' && thrown.code !== 'sink_invalid') return false
  return Array.isArray(thrown.details['problems'])
}

/** The code, with Okta's request id where there is one. */
function codeLine(error: PosternError): string {
  const { okta } = error.details as { okta?: { requestId?: string } }
  return okta?.requestId ? `${error.code}, request id ${okta.requestId}` : error.code
}

function failureData(thrown: unknown): object {
  if (thrown instanceof PosternError) return thrown.toJSON()
  if (isInterruption(thrown))
    return { code: 'interrupted', message: 'The command was interrupted.' }
  return unexpected
}

// An error that nobody planned may quote anything, so nothing of it is printed; --debug prints its stack, cleaned.
const unexpected = {
  code: 'internal_error',
  message: 'Postern failed in a way it should not.',
  remedy: 'Run the command again with --debug, which prints where, and report it.',
}
