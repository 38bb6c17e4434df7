/** @module The official client of the Model Context Protocol, over either transport and in either era of the protocol. */

import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'

/** The eras: with a handshake, and without sessions. */
export const eras = ['legacy', { pin: '2026-07-28' }] as const

/** One of {@link eras}. */
export type Era = (typeof eras)[number]

/** An object of JSON. */
export type Loose = Readonly<Record<string, unknown>>

/** What a tool answered. */
export interface ToolResult {
  readonly isError: boolean
  readonly text: string
  readonly data: Loose
  /** The code of the error. */
  readonly code: string | undefined
}

/** A connected client. */
export interface McpClient {
  readonly client: Client
  list(): Promise<readonly string[]>
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>
}

/** Connects a client over HTTP until the test ends. */
export function connectHttp(
  url: string,
  key: string,
  options: { readonly era?: Era; readonly path?: string; readonly elicitation?: boolean } = {},
): Promise<McpClient> {
  const headers = { authorization: `Bearer ${key}` }
  const target = new URL(options.path ?? '/mcp', url)
  return connect(new StreamableHTTPClientTransport(target, { requestInit: { headers } }), options)
}

/** Connects a client over a transport until the test ends. With `elicitation`, it accepts whatever it is asked. */
export async function connect(
  transport: Transport,
  {
    era = 'legacy',
    elicitation = false,
  }: { readonly era?: Era; readonly elicitation?: boolean } = {},
): Promise<McpClient> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    {
      versionNegotiation: { mode: era },
      ...(elicitation ? { capabilities: { elicitation: {}, sampling: {} } } : {}),
    },
  )
  if (elicitation)
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept',
      content: { confirm: true, approve: true, code: 'yes' },
    }))
  await client.connect(transport)
  onTestFinished(() => client.close())
  return {
    client,
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}) => {
      const result = await client.callTool({ name, arguments: args })
      const [first] = result.content
      const data = (result.structuredContent ?? {}) as Loose
      return {
        data,
        code: (data['error'] as Loose | undefined)?.['code'] as string | undefined,
        isError: result.isError === true,
        text: first?.type === 'text' ? first.text : '',
      }
    },
  }
}

/** The objects of a list of an answer. */
export function listOf({ data, text }: ToolResult, member: string): readonly Loose[] {
  const list = data[member]
  if (!Array.isArray(list)) throw new Error(text)
  return list
}

/** Everything of a list that is given page by page. */
export async function allOf(
  client: McpClient,
  name: string,
  { member, ...args }: Loose & { readonly member: string },
): Promise<readonly Loose[]> {
  const all: Loose[] = []
  let next: Loose = {}
  for (let page = 0; page < 100; page++) {
    const result = await client.call(name, { ...args, ...next })
    all.push(...listOf(result, member))
    const cursor = result.data['cursor']
    if (cursor === undefined) return all
    next = { cursor }
  }
  throw new Error('it has no end')
}
