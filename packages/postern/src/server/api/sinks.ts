/** @module Routes for sinks. A secret goes in, and none comes out. */

import { z } from '@hono/zod-openapi'
import { sinkChangeMembers, sinkMembers } from '../../config/sink-members.ts'
import type { SinkView } from '../../feeds/sinks.ts'
import { sinkKinds } from '../../sinks/registry.ts'
import type { Api } from '../api.ts'

const force = z
  .boolean()
  .optional()
  .describe('Keeps it though it was not proven that it can be written to.')

const sink = z
  .object({
    name: z.string(),
    kind: z.string(),
    settings: z.record(z.string(), z.unknown()),
    secrets: z.array(z.string()).readonly().describe('The names of those that are sealed.'),
    feeds: z.array(z.string()).readonly().describe('Those that write to it.'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Sink')

const tag = 'sinks'
const params = z.object({ sink: z.string() })
const access = { verb: 'admin' } as const
const refusals = ['sink_invalid', 'sink_kind_unknown', 'sink_unreachable', 'seal_locked']

/** Adds the routes. */
export function addSinkRoutes(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/sink-kinds',
      operationId: 'listSinkKinds',
      tag,
      summary: 'Lists the kinds of sinks with their settings, as JSON Schema, and their secrets.',
      access: 'any-key',
      answer: z.object({
        kinds: z.array(
          z.object({
            name: z.string(),
            title: z.string(),
            summary: z.string(),
            guarantee: z.enum(['effectively-once', 'at-least-once']),
            settings: z.record(z.string(), z.unknown()).describe('JSON Schema.'),
            secrets: z.record(z.string(), z.object({ required: z.boolean(), summary: z.string() })),
          }),
        ),
      }),
    },
    () => ({
      kinds: sinkKinds.map(({ name, title, summary, guarantee, settings, secrets }) => {
        const { $schema: _dialect, ...schema } = z.toJSONSchema(settings, { io: 'input' })
        return { name, title, summary, guarantee, settings: schema, secrets: { ...secrets } }
      }),
    }),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/sinks',
      operationId: 'addSink',
      tag,
      summary: 'Keeps a sink, once it was proven that it can be written to.',
      access,
      body: sinkMembers.extend({ force }),
      status: 201,
      answer: sink,
      refusals: [...refusals, 'sink_exists'],
    },
    async ({ services, by, body: { force: isForced, ...members }, signal }) =>
      shown(await services.sinks.add(members, by, { force: isForced, signal })),
  )
  api.add(
    {
      method: 'get',
      path: '/v1/sinks',
      operationId: 'listSinks',
      tag,
      summary: 'Lists the sinks.',
      access,
      answer: z.object({ sinks: z.array(sink) }),
      list: { rows: 'sinks' },
    },
    async ({ services }) => ({ sinks: (await services.sinks.list()).map(shown) }),
  )
  api.add(
    {
      method: 'get',
      path: '/v1/sinks/{sink}',
      operationId: 'getSink',
      tag,
      summary: 'Shows a sink, without its secrets.',
      access,
      params,
      answer: sink,
      refusals: ['sink_not_found'],
    },
    async ({ services, params: { sink: name } }) => shown(await services.sinks.get(name)),
  )
  api.add(
    {
      method: 'patch',
      path: '/v1/sinks/{sink}',
      operationId: 'updateSink',
      tag,
      summary: 'Changes what is given, once it was proven that it works. `null` clears.',
      access,
      params,
      body: sinkChangeMembers.extend({ force }),
      answer: sink,
      refusals: [...refusals, 'sink_not_found', 'sink_changed', 'sink_in_use'],
    },
    async ({
      services,
      by,
      params: { sink: name },
      body: { force: isForced, ...change },
      signal,
    }) => shown(await services.sinks.update(name, change, by, { force: isForced, signal })),
  )
  api.add(
    {
      method: 'post',
      path: '/v1/sinks/{sink}/check',
      operationId: 'checkSink',
      tag,
      summary: 'Proves that a sink can be written to, and leaves nothing behind.',
      access,
      params,
      refusals: ['sink_not_found', 'sink_unreachable', 'seal_locked'],
    },
    async ({ services, params: { sink: name }, signal }) => services.sinks.check(name, signal),
  )
  api.add(
    {
      method: 'delete',
      path: '/v1/sinks/{sink}',
      operationId: 'removeSink',
      tag,
      summary:
        'Removes a sink and its secrets. What was written stays. One that feeds write to is refused: `details.feeds` names the first three, `details.count` says how many there are.',
      access,
      params,
      refusals: ['sink_not_found', 'sink_in_use'],
    },
    async ({ services, by, params: { sink: name } }) => services.sinks.remove(name, by),
  )
}

function shown({ createdAt, updatedAt, ...view }: SinkView): z.input<typeof sink> {
  return { ...view, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}
