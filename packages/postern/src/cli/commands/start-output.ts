/** @module What `postern start` prints when it runs: where it is, what it keeps where, and how to go on. */

import type { Secret } from '@postern/core'
import type { GlobalOptions } from '../global-options.ts'
import { formatFields, paint, printData, showPlain, tell } from '../output.ts'

/** A server that has just started. */
export interface RunningServer {
  readonly url: string
  readonly pid: number
  readonly version: string
  readonly dataDir: string
  readonly store: 'pglite' | 'postgres'
}

/** A worker that has just started. */
export interface RunningWorker {
  readonly pid: number
  readonly version: string
  readonly dataDir: string
}

/** Prints that a worker runs, likewise. */
export async function printWorking(
  running: RunningWorker,
  { output: format }: GlobalOptions,
): Promise<void> {
  if (format === 'json' || format === 'jsonl') {
    process.stdout.write(`${JSON.stringify({ ...running, worker: true })}\n`)
    return
  }
  const text = () =>
    formatFields([
      ['Data directory', showPlain(running.dataDir)],
      ['Process', String(running.pid)],
    ])
  await printData({ ...running, worker: true }, { format, text })
  tell('It runs the feeds that are due, until Ctrl-C.')
}

const STORES = { pglite: 'embedded, in the data directory', postgres: 'PostgreSQL' } as const

/** Shows whoever started the server, on a terminal, how a browser of this machine gets in. */
export function tellConsole(link: string): void {
  tell('The console, for one browser on this machine, within ten minutes:')
  tell(paint('bold', `  ${link}`))
}

/** The address at which a link signs a browser in. */
export function consoleUrl(url: string, link: Secret): string {
  return `${url}/console/#${link.reveal()}`
}

/** Prints it: for people, or for programs as a line of JSON, or as YAML. */
export async function printRunning(
  running: RunningServer,
  { output: format }: GlobalOptions,
): Promise<void> {
  if (format === 'json' || format === 'jsonl') {
    // On one line: the output does not end while the server runs, and a program knows by the line break that it has it all.
    process.stdout.write(`${JSON.stringify(running)}\n`)
    return
  }
  const text = () =>
    formatFields([
      ['URL', running.url],
      ['Data directory', showPlain(running.dataDir)],
      ['Store', STORES[running.store]],
      ['Process', String(running.pid)],
    ])
  await printData(running, { format, text })
  tell('It runs until Ctrl-C. In another terminal, postern commands find it by its data directory:')
  tell('  postern connect acme --org acme.okta.com --client-id … --key app.jwk --scopes …')
}
