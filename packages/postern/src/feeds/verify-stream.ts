/**
 * @module Verifies a System Log feed: a closed piece of time is read once more, in the other of Okta's two orders, and compared
 * with what the feed has read. What is missing is delivered late, and counted: how much was lost is a number, not a hope.
 */

import { getInput, PosternError, read } from '@postern/core'
import { ledgerEntry, putLedgerEntry, withoutKnown } from '../store/ledger.ts'
import { idsOf, LogSorter, readLogPage } from './log-page.ts'
import { fromStored } from './log-state.ts'
import { logStream } from './log-stream.ts'
import { isLostLogCursor } from './lost-cursor.ts'
import type { Stream, StreamContext } from './stream.ts'
import {
  fromStoredVerification,
  furthestEnd,
  isRemembered,
  isSettled,
  isVerificationDue,
  toStoredVerification,
  type Verification,
  type VerifiedWindow,
  verifyStreamName,
  windowAt,
} from './verification.ts'

/**
 * Once a day, and whenever somebody asks. A run reads the log first: what it is compared with is then complete.
 *
 * @see Okta, "System Log query" - bounded requests, which are in the order of publishing and come to an end
 */
export const verifyStream: Stream = {
  name: verifyStreamName,
  read: async (context) => {
    const { signal, isVerifyAsked, note } = context
    try {
      await verify(context)
      return { more: false }
    } catch (error) {
      if (signal.aborted && error === signal.reason) return { more: true }
      // What was read is with the sinks all the same; tomorrow is another day.
      if (isVerifyAsked || !(error instanceof PosternError) || error.code === 'feed_fenced')
        throw error
      note(`verify: it could not be compared (${error.code}): ${error.message}`)
      return { more: false }
    }
  },
  describe: (state) => {
    const { window, last, missing } = fromStoredVerification(state)
    const checked =
      last === undefined ? 'Nothing checked' : `Checked up to ${last.to.toISOString()}`
    const way =
      window === undefined
        ? ''
        : `, and ${window.checked} events towards ${window.to.toISOString()}`
    return `${checked}${way}; missing so far: ${missing}.`
  },
}

async function verify(context: StreamContext): Promise<void> {
  const { spool, feed, org, isVerifyAsked } = context
  if (feed.settings.verify === false && !isVerifyAsked) return
  const log = await spool.readState(logStream.name)
  if (log === undefined) return
  const stored = fromStoredVerification(await spool.readState(verifyStream.name))
  const now = org.authorizer.now()
  if (stored.window === undefined && !isVerifyAsked) {
    // A time to come is one of a clock that was wrong.
    if (stored.at === undefined || stored.at > now) return keep(context, { ...stored, at: now })
    if (!isVerificationDue(stored.at, now)) return
  }
  const begun = stored.window !== undefined && isRemembered(stored.window, now)
  const window = begun
    ? stored.window
    : windowAt(now, { begin: fromStored(log).since, checkedTo: stored.last?.to })
  if (window === undefined) return
  try {
    await compare(context, { ...stored, verifiedTo: furthestEnd(stored), window })
  } catch (error) {
    if (window.cursor === undefined || !isLostLogCursor(error)) throw error
    await compareAnew(context)
  }
}

/** From the start of the window: what was delivered late meanwhile is known by now. */
async function compareAnew(context: StreamContext): Promise<void> {
  const stored = fromStoredVerification(await context.spool.readState(verifyStream.name))
  if (stored.window === undefined) return
  const window = { ...stored.window, cursor: undefined, checked: 0 }
  await compare(context, { ...stored, window })
}

/** A day from now is soon enough for a feed that has just begun. */
function keep({ spool }: StreamContext, verification: Verification): Promise<void> {
  const state = toStoredVerification(verification)
  return spool.commit(verifyStream.name, async () => ({ state, records: [] }))
}

/** Reads the window from where it was left, and keeps after each page how far that is. */
async function compare(
  context: StreamContext,
  begun: Verification & { readonly window: VerifiedWindow },
): Promise<void> {
  const { spool, feed, org, store, signal, note, onRead } = context
  const sorter = new LogSorter()
  let { window, missing } = begun
  const verifiedTo = furthestEnd(begun)
  const batches = read(org, getInput(feed.input).name, {
    since: window.from,
    until: window.to,
    cursor: window.cursor,
    priority: 'verify',
    signal,
  })
  for await (const { records, cursor, remaining } of batches) {
    // The answer has told the org's time anew: the clock may have been set since the window was chosen.
    if (!isSettled(window, org.authorizer.now()))
      return keep(context, { ...begun, window: undefined, verifiedTo, missing })
    const page = readLogPage(records)
    const ids = idsOf(page)
    const unknown = await withoutKnown(store, feed.id, ids, page.span)
    const { events } = sorter.sort(page, new Set(ids.filter((id) => !unknown.has(id))))
    const ledger = ledgerEntry(
      events.map(({ id }) => id),
      page.span,
    )
    missing += events.length
    const reached = {
      ...window,
      cursor,
      checked: window.checked + ids.length,
      missing: window.missing + events.length,
    }
    const isEnd = cursor === undefined
    const now = org.authorizer.now()
    const after: Verification = isEnd
      ? { last: { ...reached, cursor: undefined }, verifiedTo, at: now, missing }
      : { ...begun, window: reached, missing }
    await spool.commit(verifyStream.name, async (seq) => {
      if (events.length > 0) await putLedgerEntry(store, { feedId: feed.id, seq }, ledger, now)
      return { state: toStoredVerification(after), records: events, replay: true }
    })
    onRead({ records: records.length, remaining })
    window = reached
    if (!isEnd) continue
    if (reached.missing > 0) note(sentenceOf(reached))
    return
  }
}

function sentenceOf({ from, to, checked, missing }: VerifiedWindow): string {
  return `verify: of ${checked} events from ${from.toISOString()} to ${to.toISOString()}, ${missing} had been missing, and were delivered late.`
}
