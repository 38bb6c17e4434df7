/** @module `postern action`: what can be done in an org, and one thing that is done. */

import {
  type Action,
  type ActionAnswer,
  type ActionProgress,
  actions,
  getAction,
  runAction as run,
  systemClock,
} from '@postern/core'
import { FileError } from '../../config/secret-reference.ts'
import { readTextFile } from '../../config/text-file.ts'
import { UsageError } from '../../config/usage-error.ts'
import type { ApiClient } from '../api-client.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { useKept } from '../kept-connection.ts'
import { keptNameOf } from '../kept-name.ts'
import { printList } from '../list-output.ts'
import { isAnythingKept, openApi } from '../open-api.ts'
import { useOrg } from '../open-connection.ts'
import { formatFields, printData, showPlain, tell } from '../output.ts'
import { showProgress } from '../progress.ts'
import { formatAnswer, tellAnswer } from './action-output.ts'
import { parseActionWords, readArguments } from './action-words.ts'

const MAX_DECLARATION_BYTES = 65_536

/** An action as the API shows it. */
type ShownAction = Omit<Action, 'prepare'>

/** The arguments and flags of `action run`, as they were typed. */
export interface ActionFlags extends ConnectionFlags {
  readonly words: readonly string[]
  readonly dryRun?: true
  readonly json?: string
  readonly plan?: string
  readonly idempotencyKey?: string
}

/** Shows every action, or one. */
export async function listActions(
  name: string | undefined,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const all = await readActions(options, signal)
  if (name === undefined) {
    return printList(all, {
      format: options.output,
      none: 'There is no action.',
      row: ({ name, title, effect, scopes, roles }) => ({
        ...{ name, title, effect },
        scopes: scopes.join(' '),
        role: roles[0] ?? '',
      }),
    })
  }
  const action = findShown(all, name)
  await printData(action, { format: options.output, text: () => formatAction(action) })
}

/** Declares an action of one's own, as a file says it: JSON or YAML. */
export async function declareOwnAction(
  { name, file }: { readonly name: string; readonly file: string },
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const declaration = await readDeclaration(file)
  const path = `/v1/actions/${encodeURIComponent(name)}`
  const { outcome } = await api.call<{ readonly outcome: string }>('PUT', path, declaration)
  await printData({ name, outcome }, { format: options.output, text: () => `${name} ${outcome}` })
}

async function readDeclaration(file: string): Promise<unknown> {
  const text = await readTextFile(file, MAX_DECLARATION_BYTES)
  if (text === undefined) {
    throw new FileError('file_not_found', '--file: There is no file of that name.', {
      remedy: 'Name a file with the declaration, in JSON or YAML.',
      details: { flag: '--file' },
    })
  }
  const { parse } = await import('yaml')
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch (error) {
    throw new UsageError('usage_invalid', 'The declaration is no JSON, and no YAML.', {
      remedy: 'See docs/actions.md for what one looks like.',
      cause: error,
    })
  }
}

/** Forgets an action that was declared. */
export async function removeOwnAction(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  await api.call('DELETE', `/v1/actions/${encodeURIComponent(name)}`)
  tell(`${showPlain(name)} is no action any more.`)
}

/** Runs an action: over a connection that is kept as its server does, or with the flags of one, of which nothing is kept. */
export async function runAction(
  { words, ...flags }: ActionFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, action, texts } = parseActionWords(words)
  const connection = name === undefined ? flags : { ...flags, name }
  const kept = keptNameOf(connection)
  const asked = { ...flags, action, texts }
  const answer =
    kept === undefined
      ? await runHere(connection, asked, options, signal)
      : await useKept(kept, { ...options, signal }, (api, path) => runKept(api, path, asked))
  await printData(answer, { format: options.output, text: () => formatAnswer(answer) })
  tellAnswer(answer)
  const { items = [] } = answer
  if (items.some(({ outcome }) => outcome === 'failed')) process.exitCode = exitCodes.partial
}

interface Asked extends Pick<ActionFlags, 'dryRun' | 'json' | 'plan' | 'idempotencyKey'> {
  readonly action: string
  readonly texts: readonly string[]
}

async function runKept(api: ApiClient, path: string, asked: Asked): Promise<ActionAnswer> {
  const { action: name, texts, json, dryRun, plan, idempotencyKey } = asked
  const { actions: all } = await api.call<{ readonly actions: readonly ShownAction[] }>(
    'GET',
    `${path}/actions`,
  )
  const isLeftOut = plan !== undefined && texts.length === 0 && json === undefined
  const given = isLeftOut ? undefined : await readArguments(findShown(all, name), { texts, json })
  const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
  return withProgress(async (tellProgress) => {
    const told = api.stream<ActionProgress, ActionAnswer>(
      'POST',
      `${path}/actions/${encodeURIComponent(name)}`,
      { arguments: given, dryRun, plan },
      headers,
    )
    let step = await told.next()
    for (; !step.done; step = await told.next()) tellProgress(step.value)
    return step.value
  })
}

async function runHere(
  connection: ConnectionFlags,
  { action: name, texts, json, dryRun, plan, idempotencyKey }: Asked,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<ActionAnswer> {
  if (plan !== undefined || idempotencyKey !== undefined) {
    throw new UsageError('usage_invalid', 'Plans and idempotency keys are for what is kept.', {
      remedy: 'Name a connection that is kept, or leave --plan and --idempotency-key out.',
    })
  }
  const action = getAction(name)
  const given = await readArguments(action, { texts, json })
  return useOrg(connection, { ...options, signal }, ({ org }) =>
    withProgress((onProgress) =>
      run(org, action, given, { dryRun: dryRun === true, signal, onProgress }),
    ),
  )
}

async function withProgress(
  work: (onProgress: (progress: ActionProgress) => void) => Promise<ActionAnswer>,
): Promise<ActionAnswer> {
  const startMs = systemClock.monotonicMs()
  let progress: ActionProgress = { done: 0, of: 0 }
  const hide = showProgress(() => ({
    what: 'items',
    records: progress.done,
    remaining: progress.of - progress.done,
    elapsedMs: systemClock.monotonicMs() - startMs,
    allowedMs: 0,
  }))
  try {
    return await work((told) => {
      progress = told
    })
  } finally {
    hide()
  }
}

/** Those of the store, where there is one, with the actions that its operator declared. */
export async function readActions(
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<readonly ShownAction[]> {
  if (!(await isAnythingKept(options))) return actions
  await using api = await openApi(options, signal)
  return (await api.call<{ readonly actions: readonly ShownAction[] }>('GET', '/v1/actions'))
    .actions
}

/** One of them. @throws {ActionError} `action_unknown` */
export function findShown(all: readonly ShownAction[], name: string): ShownAction {
  const found = all.find((action) => action.name === name)
  // With the words of whoever knows the built-in ones.
  return found ?? getAction(name, [])
}

function formatAction(action: ShownAction): string {
  const { name, title, summary, effect, destructive, scopes, roles, parameters } = action
  return formatFields([
    ['Name', name],
    ['Title', title],
    ['Does', summary],
    ['Effect', destructive ? `${effect}, destructive` : effect],
    ['Scopes', scopes.join(' ') || 'none'],
    ['Roles', roles.join(', ') || 'none'],
    ...parameters.map(({ name: key, kind, required, description }): readonly [string, string] => [
      required ? key : `[${key}]`,
      `${kind}. ${description}`,
    ]),
  ])
}
