/** @module `postern feed`: its flags and help. */

import type { Command } from 'commander'
import { collect, globalOptions } from '../global-options.ts'
import { offering } from '../offering.ts'

const MISSED = ['run', 'skip']

/** Gives `feed` what is below it. */
export function defineFeed(command: Command, signal: AbortSignal): void {
  command
    .command('add <new-name>')
    .description('keep a feed: what is read over which connection, into which sinks, and when')
    .requiredOption('--connection <connection>', 'a connection that is kept')
    .requiredOption('--input <input>', 'what is read: postern inputs')
    .requiredOption(
      '--sink <sink>',
      'a sink, or a kind that needs no settings; may be repeated',
      collect,
    )
    .option(
      '--cron <expression>',
      'when it runs, such as "*/15 * * * *" or @daily; default: on demand',
    )
    .option('--timezone <name>', 'the time zone of --cron; default UTC')
    .option(
      '--since <time>',
      'where the System Log begins: ISO 8601, or now; default: 90 days back',
    )
    .addOption(
      offering('--missed <policy>', 'what becomes of a time that passed; default run', MISSED),
    )
    .option('--sweep-hours <hours>', 'hours between two complete reads of objects; default 24')
    .option('--no-verify', 'do not compare the System Log with the org every night')
    .option('--paused', 'let it wait for postern feed resume')
    .option('--plan', 'say what it would come to, and keep nothing')
    .action(async (name, options, self) => {
      const { addFeed } = await import('../commands/feed.ts')
      await addFeed({ ...options, name }, globalOptions(self), signal)
    })
  command
    .command('update <feed>')
    .description('change the schedule or the sinks of a feed')
    .option('--sink <sink>', 'the sinks from now on; may be repeated', collect)
    .option('--cron <expression>', 'when it runs; empty: on demand')
    .option('--timezone <name>', 'the time zone of --cron')
    .addOption(offering('--missed <policy>', 'what becomes of a time that passed', MISSED))
    .option('--sweep-hours <hours>', 'hours between two complete reads of objects')
    .action(async (name, options, self) => {
      const { updateFeed } = await import('../commands/feed.ts')
      await updateFeed({ ...options, name }, globalOptions(self), signal)
    })
  command
    .command('list')
    .description('show every feed, how far it is, and when it runs next')
    .action(async (_options, self) => {
      const { listFeeds } = await import('../commands/feed.ts')
      await listFeeds(globalOptions(self), signal)
    })
  for (const [verb, description] of [
    ['show', 'show one feed: its sinks, its next runs, and what is in its way'],
    ['pause', 'let a feed rest'],
    ['resume', 'let a feed go on where it was'],
    ['resync', 'pass on every object again with the next run, as for a sink that lost some'],
    ['remove', 'remove a feed with its cursors and what waits; its sinks keep what they have'],
  ] as const) {
    command
      .command(`${verb} <feed>`)
      .description(description)
      .action(async (name, _options, self) => {
        const feed = await import('../commands/feed.ts')
        const run = {
          show: feed.showFeed,
          pause: feed.pauseFeed,
          resume: feed.resumeFeed,
          resync: feed.resyncFeed,
          remove: feed.removeFeed,
        }[verb]
        await run(name, globalOptions(self), signal)
      })
  }
  for (const [verb, description] of [
    ['run', 'run a feed now, and show how far it is'],
    ['verify', 'run a feed now, and compare what it has read with the org'],
  ] as const) {
    command
      .command(`${verb} <feed>`)
      .description(description)
      .action(async (name, _options, self) => {
        const { runFeed } = await import('../commands/feed-run.ts')
        await runFeed({ name, verb }, globalOptions(self), signal)
      })
  }
  command
    .command('preview <feed>')
    .description('print the first ten records of a feed; nothing is written or kept')
    .action(async (name, _options, self) => {
      const { previewFeed } = await import('../commands/feed-run.ts')
      await previewFeed(name, globalOptions(self, 'jsonl'), signal)
    })
  command
    .command('runs <feed>')
    .description('show what a feed did, the newest first')
    .option('--limit <count>', 'the newest so many; default 20')
    .action(async (name, options, self) => {
      const { listRuns } = await import('../commands/feed-history.ts')
      await listRuns({ ...options, name }, globalOptions(self), signal)
    })
  command
    .command('gaps <feed>')
    .description("show the pieces of the org's history that a feed could not read")
    .action(async (name, _options, self) => {
      const { listGaps } = await import('../commands/feed-history.ts')
      await listGaps(name, globalOptions(self), signal)
    })
  command
    .command('dead-letters <feed>')
    .description('show the records that a sink refused, send them again, or drop them')
    .option('--drop', 'drop them all')
    .option('--retry', 'send them to their sinks again, and drop those that are taken now')
    .action(async (name, options, self) => {
      const { deadLetters } = await import('../commands/feed-history.ts')
      await deadLetters({ ...options, name }, globalOptions(self), signal)
    })
  command
    .command('confirm-deletions <feed>')
    .description('confirm deletions that a feed holds back, as feed show tells them')
    .requiredOption('--generation <number>', 'the sweep that found them')
    .action(async (name, options, self) => {
      const { confirmDeletions } = await import('../commands/feed-history.ts')
      await confirmDeletions({ ...options, name }, globalOptions(self), signal)
    })
}
