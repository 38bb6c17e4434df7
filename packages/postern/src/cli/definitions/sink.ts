/** @module `postern sink`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'

/** Gives `sink` what is below it. */
export function defineSink(command: Command, signal: AbortSignal): void {
  const add = command
    .command('add <new-name>')
    .description('keep a sink, once it was proven that it can be written to')
    .requiredOption('--kind <kind>', 'store, jsonl, postgres and so on: postern sink kinds')
  takeValues(add).action(async (name, options, self) => {
    const { addSink } = await import('../commands/sink.ts')
    await addSink({ ...options, name }, globalOptions(self), signal)
  })
  const update = command
    .command('update <sink>')
    .description('change settings or secrets of a sink; key= takes the default again')
  takeValues(update).action(async (name, options, self) => {
    const { updateSink } = await import('../commands/sink.ts')
    await updateSink({ ...options, name }, globalOptions(self), signal)
  })
  command
    .command('list')
    .description('show every sink, and the feeds that write to it')
    .action(async (_options, self) => {
      const { listSinks } = await import('../commands/sink.ts')
      await listSinks(globalOptions(self), signal)
    })
  command
    .command('kinds')
    .description('show the kinds of sinks, what they promise and what they take')
    .action(async (_options, self) => {
      const { listSinkKinds } = await import('../commands/sink.ts')
      await listSinkKinds(globalOptions(self), signal)
    })
  for (const [verb, description] of [
    ['show', 'show one sink, without its secrets'],
    ['check', 'prove that a sink can be written to; leaves nothing behind'],
    ['remove', 'remove a sink and its secrets; what was written stays'],
  ] as const) {
    command
      .command(`${verb} <sink>`)
      .description(description)
      .action(async (name, _options, self) => {
        const { showSink, checkSink, removeSink } = await import('../commands/sink.ts')
        const run = { show: showSink, check: checkSink, remove: removeSink }[verb]
        await run(name, globalOptions(self), signal)
      })
  }
}

/** What a sink is given, when it is added or changed. */
function takeValues(command: Command): Command {
  return command
    .option('--set <key=value>', 'a setting; may be repeated', collect)
    .option(
      '--secret <key=reference>',
      'key=env:NAME, key=file:PATH or key=-; may be repeated',
      collect,
    )
    .option('--force', 'keep it though it was not proven')
}
