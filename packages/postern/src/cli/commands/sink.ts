/** @module `postern sink`: where feeds write to. */

import { readSecretText } from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData, showPlain, tell } from '../output.ts'

/** The arguments and flags of `sink add` and `sink update`, as they were typed. */
export interface SinkFlags {
  readonly name: string
  readonly kind?: string
  readonly set?: readonly string[]
  readonly secret?: readonly string[]
  readonly force?: true
}

/** A sink as the API gives it. */
interface Sink {
  readonly name: string
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: readonly string[]
  readonly feeds: readonly string[]
}

/** A kind as the API gives it. */
interface SinkKind {
  readonly name: string
  readonly summary: string
  readonly guarantee: string
  readonly settings: {
    readonly properties?: Readonly<Record<string, { readonly type?: string }>>
    readonly required?: readonly string[]
  }
  readonly secrets: Readonly<Record<string, { readonly required: boolean }>>
}

type Api = Awaited<ReturnType<typeof openApi>>

/** Keeps a sink and prints it. */
export async function addSink(
  flags: SinkFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, kind = '', set = [], force } = flags
  await using api = await openApi(options, signal)
  const found = await findKind(api, kind)
  const body = {
    ...{ name, kind, settings: settingsOf(set, found), secrets: await secretsOf(flags) },
    ...(force ? { force } : {}),
  }
  await printSink(await api.call<Sink>('POST', '/v1/sinks', body), options)
}

/** Changes a sink and prints it. */
export async function updateSink(
  flags: SinkFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, set = [], force } = flags
  await using api = await openApi(options, signal)
  const { kind } = await api.call<Sink>('GET', routeOf(name))
  const body = {
    settings: settingsOf(set, await findKind(api, kind)),
    secrets: await secretsOf(flags),
    ...(force ? { force } : {}),
  }
  await printSink(await api.call<Sink>('PATCH', routeOf(name), body), options)
}

/** Shows every sink. */
export async function listSinks(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const { sinks } = await api.call<{ readonly sinks: readonly Sink[] }>('GET', '/v1/sinks')
  await printList(sinks, {
    format: options.output,
    none: 'There is no sink. Make one with postern sink add NAME --kind KIND.',
    row: ({ name, kind, feeds }) => ({ name, kind, feeds: feeds.join(', ') }),
  })
}

/** Shows the kinds of sinks. */
export async function listSinkKinds(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  await printList(await kindsOf(api), {
    format: options.output,
    none: 'There is no kind of sink.',
    row: ({ name, guarantee, settings, secrets, summary }) => ({
      name,
      guarantee,
      takes: [
        ...Object.keys(settings.properties ?? {}).map((setting) =>
          settings.required?.includes(setting) ? `${setting}!` : setting,
        ),
        ...Object.entries(secrets).map(
          ([secret, { required }]) => `secret ${secret}${required ? '!' : ''}`,
        ),
      ].join(', '),
      summary,
    }),
  })
}

/** Shows one sink. */
export async function showSink(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  await printSink(await api.call<Sink>('GET', routeOf(name)), options)
}

/** Proves that a sink can be written to. */
export async function checkSink(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  await api.call('POST', `${routeOf(name)}/check`)
  tell('It can be written to.')
}

/** Removes a sink. */
export async function removeSink(
  name: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  await api.call('DELETE', routeOf(name))
  tell('The sink is removed. What was written stays.')
}

async function kindsOf(api: Api): Promise<readonly SinkKind[]> {
  const { kinds } = await api.call<{ readonly kinds: readonly SinkKind[] }>('GET', '/v1/sink-kinds')
  return kinds
}

async function findKind(api: Api, name: string): Promise<SinkKind | undefined> {
  return (await kindsOf(api)).find((kind) => kind.name === name)
}

/** Texts as the kind wants them: a number or a yes where it takes one. */
function settingsOf(
  set: readonly string[],
  kind: SinkKind | undefined,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    set.map((text) => {
      const [name, value] = splitPair(text, '--set')
      const { type } = kind?.settings.properties?.[name] ?? {}
      return [name, settingOf(value, type)]
    }),
  )
}

function settingOf(text: string, type: string | undefined): unknown {
  if (text === '') return null
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true'
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(text))
    return Number(text)
  if (type !== 'array' && type !== 'object') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function secretsOf({
  secret = [],
}: SinkFlags): Promise<Readonly<Record<string, string | null>>> {
  const secrets: [string, string | null][] = []
  for (const text of secret) {
    const [name, reference] = splitPair(text, '--secret')
    const place = reference.replace(/^file:/, '')
    const sources = { env: process.env, stdin: process.stdin }
    const found = await readSecretText(place || undefined, `--secret ${name}`, sources)
    secrets.push([name, found?.reveal() ?? null])
  }
  return Object.fromEntries(secrets)
}

function splitPair(text: string, flag: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z][\w-]{0,63})=(.*)$/s.exec(text) ?? []
  if (name !== undefined && value !== undefined) return [name, value]
  throw new UsageError('usage_invalid', `${flag} has no name and value with = in between.`, {
    remedy:
      flag === '--set'
        ? 'Write --set path=/var/lib/postern/log.'
        : 'Write --secret password=env:NAME, --secret password=file:PATH or --secret password=-.',
    details: { flag },
  })
}

function routeOf(name: string): string {
  return `/v1/sinks/${encodeURIComponent(name)}`
}

async function printSink(sink: Sink, { output: format }: GlobalOptions): Promise<void> {
  const { name, kind, settings, secrets, feeds } = sink
  await printData(sink, {
    format,
    text: () =>
      formatFields([
        ['Name', name],
        ['Kind', kind],
        ...Object.entries(settings).map(
          ([setting, value]) =>
            [
              setting,
              showPlain(typeof value === 'string' ? value : JSON.stringify(value)),
            ] as const,
        ),
        ['Secrets', secrets.join(', ') || 'none'],
        ['Feeds', feeds.join(', ') || 'none'],
      ]),
  })
}
