/** @module Master keys in a key management service, which a command speaks for. The reference for what wraps and unwraps. */

import { z } from 'zod'
import type { Command } from '../command.ts'
import { runCommand } from './command.ts'
import {
  type KeyService,
  type MasterKey,
  MasterKeyError,
  type MasterKeySource,
  type WrapContext,
} from './source.ts'

const Described = z.object({ versions: z.array(z.int().min(1)).min(1) })
const Answered = z.union([
  z.object({ data: z.base64().min(1) }),
  z.object({ refused: z.literal(true) }),
])

/**
 * Asks the command, one process for each question: the last argument is `describe`, `wrap` or `unwrap`, the question is JSON
 * on standard input, the answer JSON on standard output.
 *
 * `describe` answers `{"versions":[1,2]}`. `wrap` and `unwrap` are given `{"version":1,"context":{…},"data":"BASE64"}` and
 * answer `{"data":"BASE64"}`; `unwrap` answers `{"refused":true}` where data, context and version do not belong together.
 * Any exit code but 0 says that the service could not be asked.
 */
export function masterKeyFromKms(command: Command): MasterKeySource {
  const service: KeyService = {
    wrap: (version, plain, context) => ask(command, 'wrap', version, plain, context),
    unwrap: (version, wrapped, context) => ask(command, 'unwrap', version, wrapped, context),
  }
  return {
    name: `kms:${command[0]}`,
    read: async (): Promise<readonly MasterKey[]> => {
      const described = Described.safeParse(await answerOf(command, 'describe', {}))
      if (!described.success) throw unusable('describe')
      return [...new Set(described.data.versions)].map((version) => ({ version, service }))
    },
  }
}

async function ask(
  command: Command,
  question: 'wrap' | 'unwrap',
  version: number,
  bytes: Uint8Array,
  context: WrapContext,
): Promise<Uint8Array> {
  const data = Buffer.from(bytes).toString('base64')
  const answer = Answered.safeParse(await answerOf(command, question, { version, context, data }))
  if (!answer.success) throw unusable(question)
  if ('data' in answer.data) return Buffer.from(answer.data.data, 'base64')
  throw new Error(`The key management service refuses to ${question} with version ${version}.`)
}

async function answerOf(command: Command, question: string, asked: object): Promise<unknown> {
  const [program, ...args] = command
  const text = await runCommand([program, ...args, question], { stdin: JSON.stringify(asked) })
  try {
    return JSON.parse(text)
  } catch {
    throw unusable(question)
  }
}

function unusable(question: string): MasterKeyError {
  const observed = `The command of the key management service gave no usable answer to ${question}.`
  return new MasterKeyError('master_key_unreadable', observed, {
    remedy: 'Let the command answer as docs/master-key.md says.',
    details: { question },
  })
}
