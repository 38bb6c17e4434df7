/** @module The last lines of a log in a support bundle: of each what is known to be in one, and of any other text nothing. */

import { open } from 'node:fs/promises'
import type { Aliases } from './aliases.ts'

const MAX_LINES = 200
const MAX_BYTES = 512 * 1024

type Json = Readonly<Record<string, unknown>>

/** The end of the log that the server wrote: JSON lines. */
export async function describeLog(file: string, aliases: Aliases): Promise<unknown> {
  const lines = (await readEnd(file)).split('\n').filter((line) => line.trim() !== '')
  const last = lines.slice(-MAX_LINES)
  const told = last.flatMap((line) => tellLine(line, aliases) ?? [])
  return { lines: told, leftOut: last.length - told.length }
}

async function readEnd(file: string): Promise<string> {
  await using handle = await open(file)
  const { size } = await handle.stat()
  const length = Math.min(size, MAX_BYTES)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
  const text = buffer.toString('utf8', 0, bytesRead)
  // The first line of the end is not whole.
  return size > length ? text.slice(text.indexOf('\n') + 1) : text
}

/** Undefined for what is no line of the log. */
function tellLine(line: string, aliases: Aliases): object | undefined {
  const json = parse(line)
  if (json === undefined || typeof json['level'] !== 'string') return undefined
  const { level, time, msg, kind, outcome, code, route, status, err } = json
  const told = { time, level, kind, outcome, code, route, status }
  return {
    ...Object.fromEntries(
      Object.entries(told).map(([name, value]) => [name, aliases.plain(value)]),
    ),
    ...(typeof msg === 'string' ? { msg: aliases.text(msg) } : {}),
    ...(typeof err === 'object' && err !== null ? { err: tellError(err as Json, aliases) } : {}),
  }
}

function tellError({ name, code, message, stack }: Json, aliases: Aliases): object {
  return {
    name: aliases.plain(name),
    code: aliases.plain(code),
    ...(typeof message === 'string' ? { message: aliases.text(message) } : {}),
    ...(Array.isArray(stack) ? { stack: stack.map((one) => aliases.text(String(one))) } : {}),
  }
}

function parse(line: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(line)
    return typeof json === 'object' && json !== null ? (json as Json) : undefined
  } catch {
    return undefined
  }
}
