/** @module A reference to a secret: where it stands, so that the file that names it can be read by everybody. */

import { isAbsolute, resolve } from 'node:path'
import { PosternError, Secret } from '@postern/core'
import { type Command, outputOf, splitCommand } from '../command.ts'
import { type ConfigPlace, FileError, readSecret } from '../secret-reference.ts'

/** Where a secret is. */
export type Reference =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'exec'; readonly command: Command }

/** What references are read with. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder of the file that names them: paths are relative to it. */
  readonly folder: string
}

/** A command that gave no secret. */
class SecretCommandError extends PosternError<'config_command_failed'> {
  override readonly name = 'SecretCommandError'
}

const VARIABLE = /^[A-Za-z_]\w{0,63}$/
const MAX_PATH_CHARACTERS = 1_024

/** Reads `env:NAME`, `file:PATH` or `exec:COMMAND`; undefined for anything else, which may be the secret itself. */
export function parseReference(text: string): Reference | undefined {
  const [, kind, rest = ''] = /^(env|file|exec):(.+)$/.exec(text.trim()) ?? []
  switch (kind) {
    case 'env':
      return VARIABLE.test(rest) ? { kind, name: rest } : undefined
    case 'file':
      return rest.length <= MAX_PATH_CHARACTERS && !rest.includes('\0')
        ? { kind, path: rest }
        : undefined
    case 'exec': {
      const command = splitCommand(rest)
      return command === undefined ? undefined : { kind, command }
    }
    default:
      return undefined
  }
}

/**
 * Reads the secret that a reference names, less the line break at its end.
 *
 * @param place - as errors name it: `connections.acme.secrets.key`.
 * @throws {FileError | SecretCommandError}
 */
export async function readReference(
  reference: Reference,
  place: ConfigPlace,
  { env, folder }: ReferenceSources,
): Promise<Secret> {
  switch (reference.kind) {
    case 'env':
      return textOf(await read(`env:${reference.name}`, place, env))
    case 'file': {
      const { path } = reference
      return textOf(await read(isAbsolute(path) ? path : resolve(folder, path), place, env))
    }
    case 'exec': {
      const printed = await outputOf(reference.command)
      if ('text' in printed) return textOf(Buffer.from(printed.text))
      throw new SecretCommandError(
        'config_command_failed',
        `${place}: The command ${printed.failed}.`,
        {
          remedy: 'Run the command as the user that Postern runs as, and mend what it says.',
          details: { place },
          cause: printed.cause,
        },
      )
    }
  }
}

async function read(
  reference: string,
  place: ConfigPlace,
  env: ReferenceSources['env'],
): Promise<Uint8Array> {
  try {
    // A configuration has no standard input.
    return await readSecret(reference, place, { env, stdin: noInput() })
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'file_not_found') throw error
    throw new FileError('file_not_found', error.message, {
      remedy: "Check the path; one that begins with no / is looked for in the file's own folder.",
      details: error.details,
      cause: error,
    })
  }
}

async function* noInput(): AsyncGenerator<Uint8Array> {}

function textOf(bytes: Uint8Array): Secret {
  return new Secret(
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
  )
}
