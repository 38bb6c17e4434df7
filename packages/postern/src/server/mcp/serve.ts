/** @module The protocol: each request is answered by a server of its own, which knows the caller and keeps nothing. */

import {
  createMcpHandler,
  isLegacyRequest,
  Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import description from '../../../package.json' with { type: 'json' }
import type { RequestCaller } from '../caller.ts'
import type { Services } from '../services.ts'
import { instructions } from './instructions.ts'
import type { Reach } from './reach.ts'
import { callTool, describeTools } from './tools.ts'

/** One request of a client. */
export interface McpRequest {
  readonly services: Services
  readonly caller: RequestCaller
  readonly reach: Reach
  /** Headers of the protocol. What signs the caller in is not among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
}

const URL_OF_NOBODY = 'http://postern.invalid/mcp'
const requests = new WeakMap<Request, McpRequest>()

const handler = createMcpHandler(({ requestInfo }) => openServer(requestOf(requestInfo)), {
  legacy: 'reject',
})

/**
 * Answers one request: of the protocol without sessions, or of the one before, whose clients begin with a handshake. The answer
 * is one JSON body: nothing is told before it, and nothing is ever asked of the client.
 *
 * @see Model Context Protocol 2026-07-28, "Transports" - Streamable HTTP; 2025-11-25 for what came before
 */
export async function answerMcp(asked: McpRequest): Promise<Response> {
  const { headers, body, signal } = asked
  const request = new Request(URL_OF_NOBODY, { method: 'POST', headers, signal })
  requests.set(request, asked)
  const options = { parsedBody: body }
  if (!(await isLegacyRequest(request, body))) return handler.fetch(request, options)
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const server = openServer(asked)
  await server.connect(transport)
  const close = () => void server.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    return await transport.handleRequest(request, options)
  } finally {
    signal.removeEventListener('abort', close)
    await server.close()
  }
}

function requestOf(request: Request | undefined): McpRequest {
  const asked = request && requests.get(request)
  if (asked === undefined) throw new TypeError('The library lost the request.')
  return asked
}

function openServer({ services, caller, reach, signal }: McpRequest): Server {
  const { version } = description
  const server = new Server(
    { name: 'postern', title: 'Postern', version },
    { capabilities: { tools: {} }, instructions },
  )
  server.setRequestHandler('tools/list', () => ({ tools: describeTools(reach) }))
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const call = { services, caller, by: caller.by, reach }
    const ended = AbortSignal.any([signal, mcpReq.signal])
    const { content, ...answer } = await callTool(params, { ...call, signal: ended })
    return { content: [...content], ...answer }
  })
  return server
}
