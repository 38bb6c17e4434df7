/** @module Passes what a client says over standard input on to the route of the server: the tools are there, and nowhere else. */

import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from '@modelcontextprotocol/server'
import { PosternError } from '@postern/core'
import description from '../../../package.json' with { type: 'json' }
import type { LocalAnswer } from '../../http/local-client.ts'
import { refusalOf } from '../../server/mcp/answer.ts'
import { instructions } from '../../server/mcp/instructions.ts'
import { toolUnknown } from '../../server/mcp/tool-error.ts'
import type { ApiClient } from '../api-client.ts'
import type { IdleApi } from './mcp-api.ts'

const REVISION = '2026-07-28'
const me = { name: 'postern', title: 'Postern', version: description.version }

/** A server that asks the route at `path` for everything. What cannot be asked there is told as an error of the call. */
export function openBridge(api: IdleApi, path: string): Server {
  const server = new Server(me, { capabilities: { tools: {} }, instructions })
  const ask = <Result>(method: string, params: object, signal: AbortSignal): Promise<Result> =>
    api.use((client) => send(client, { path, method, params }, signal))
  server.setRequestHandler('tools/list', async (_request, { mcpReq }) => {
    try {
      return await ask('tools/list', {}, mcpReq.signal)
    } catch (thrown) {
      throw protocolError(thrown)
    }
  })
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const { name, arguments: given } = params
    try {
      // No header could hold it, and no tool has such a name.
      if (!/^[\x21-\x7e]{1,128}$/.test(name)) throw toolUnknown()
      return await ask('tools/call', { name, arguments: given }, mcpReq.signal)
    } catch (thrown) {
      if (thrown instanceof ProtocolError) throw thrown
      const { content, ...answer } = refusalOf(thrown)
      return { content: [...content], ...answer }
    }
  })
  return server
}

interface Message {
  readonly path: string
  readonly method: string
  readonly params: object
}

async function send<Result>(
  client: ApiClient,
  { path, method, params }: Message,
  signal: AbortSignal,
): Promise<Result> {
  const _meta = {
    [PROTOCOL_VERSION_META_KEY]: REVISION,
    [CLIENT_INFO_META_KEY]: me,
    // Whatever the client can be asked for: nothing is asked.
    [CLIENT_CAPABILITIES_META_KEY]: {},
  }
  const answer = await client.send(
    {
      method: 'POST',
      path,
      body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
      accept: 'application/json, text/event-stream',
      headers: headersOf(method, params),
    },
    signal,
  )
  if (/problem\+json/.test(answer.headers['content-type'] ?? ''))
    throw await client.problemOf(answer)
  const { result, error } = await readMessage<Result>(answer)
  if (result !== undefined) return result
  throw new ProtocolError(
    error?.code ?? ProtocolErrorCode.InternalError,
    error?.message ?? 'The server answered nothing.',
  )
}

function headersOf(method: string, params: object): Record<string, string> {
  const name = 'name' in params ? String(params.name) : undefined
  return {
    'mcp-protocol-version': REVISION,
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  }
}

interface RpcAnswer<Result> {
  readonly result?: Result
  readonly error?: { readonly code: number; readonly message: string }
}

async function readMessage<Result>({ body }: LocalAnswer): Promise<RpcAnswer<Result>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return {}
  }
}

function protocolError(thrown: unknown): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown
  const said = thrown instanceof PosternError ? `${thrown.message} ${thrown.remedy}` : 'Failed.'
  return new ProtocolError(ProtocolErrorCode.InternalError, said)
}
