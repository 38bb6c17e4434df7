/** @module The proofs: what is done to Postern again and again, what must hold, and how many cases there are to be. */

/** One proof. */
export interface Proof {
  readonly name: string
  readonly group: 'faults' | 'inputs' | 'code'
  /** What happens. */
  readonly what: string
  /** What must hold all the same; of faults the promises by their ids. */
  readonly holds: string
  /** How many cases it aims at. */
  readonly goal: number
  /** The test, or the program, that plays it. */
  readonly file: string
  /** Whether as a whole it writes more than fits into memory. */
  readonly isLarge?: boolean
  /** Why it is not reached, and what comes next. */
  readonly unmet?: string
}

/** What Postern promises whatever fails. */
export const promises = {
  G1: 'no record is lost',
  G2: 'none is twice where the sink has transactions or takes what it has back; elsewhere at least once, with the same id',
  G3: 'no secret is printed, or stored in clear',
  G4: 'a cursor never goes past what waits for its sinks',
  G5: 'it goes on by itself',
  G6: 'a change is made once, or reported as unknown with a way to find out',
} as const

const feeds = 'packages/postern/test/feeds'

/** Every proof, in the order of the page. */
export const proofs: readonly Proof[] = [
  {
    name: 'kills',
    group: 'faults',
    what: 'kill -9 at each step of a run: requests, transactions, statements, writes, syncs',
    holds: 'G1 G2 G4 G5',
    goal: 1_000,
    file: `${feeds}/kill-feed.test.ts`,
  },
  {
    name: 'schedules',
    group: 'faults',
    what: 'any mixture of events, late and many, with 429, 5xx, cut and foreign answers, receivers that fail, deaths, late wakers, a wrong clock, a full spool',
    holds: 'G1 G2 G4 G5',
    goal: 500,
    file: `${feeds}/lossless.test.ts`,
  },
  {
    name: 'sinks',
    group: 'faults',
    what: 'a sink of each kind is down, unknown, silent, slow, cut, full, refuses some; is stuck while much is read; loses what it confirmed',
    holds: 'G1 G4 G5; no other sink waits; memory is bounded',
    goal: 200,
    file: `${feeds}/ailing.test.ts`,
  },
  {
    name: 'cursors',
    group: 'faults',
    what: 'a cursor is refused at any page, or too old, with deaths and late events; nobody runs the feed for longer than Okta keeps events',
    holds: 'G1 within 90 days, beyond them a gap with a name; G2 G5',
    goal: 20,
    file: `${feeds}/lost-cursors.test.ts`,
  },
  {
    name: 'copies',
    group: 'faults',
    what: 'any mixture of changes of users, groups, members and assignments, with a missing role or scope and an index that lags',
    holds: 'G1 G5; no deletion that is untrue',
    goal: 500,
    file: `${feeds}/copies.test.ts`,
  },
  {
    name: 'day',
    group: 'faults',
    what: 'hours of one org with 50 events a second, late ones and bursts, and people, groups and members that change: a key rotation, a role taken and given back, a bucket that others use up, a lowered limit, an org and a table that are down, tokens and nonces that end, restarts, kill -9',
    holds:
      'G1 G2 G4 G5; no deletion that is untrue, no 429 that nothing explains, each outage told by its name',
    goal: 24,
    file: `${feeds}/day.test.ts`,
    isLarge: true,
  },
  {
    name: 'pace',
    group: 'faults',
    what: 'several feeds over one connection beside other callers and answers of 429',
    holds: 'never more than the share of a window, nothing between a 429 and its reset',
    goal: 500,
    file: `${feeds}/pace.test.ts`,
  },
  {
    name: 'databases',
    group: 'faults',
    what: 'PostgreSQL, as the store, as a sink or as both, is restarted, crashes, stands still, can only be read, or its connection is cut in COMMIT, at any step of a run',
    holds: 'G1 G2 G4 G5',
    goal: 200,
    file: `${feeds}/databases.test.ts`,
  },
  {
    name: 'races',
    group: 'faults',
    what: 'two to five workers for one feed; one is stopped at any step, past its lease, and wakes',
    holds: 'G2 G4',
    goal: 200,
    file: `${feeds}/races.test.ts`,
  },
  {
    name: 'changes',
    group: 'faults',
    what: 'changes asked for by API, plan and command: answers cut, late, lost or of somebody else, before and after the org did it; callers that go; kill -9 at each step',
    holds: 'G6; no change without its row in the audit log',
    goal: 200,
    file: 'packages/postern/test/actions/changes.test.ts',
  },
  {
    name: 'master-key',
    group: 'faults',
    what: 'the master key lost, wrong, open to others, behind, or rotated while feeds run by processes that are killed; the old one retired too early; a server without it',
    holds: 'G1 G2 G3 G5; nothing sealed is changed, and the right key opens it again',
    goal: 60,
    file: `${feeds}/master-key.test.ts`,
  },
  {
    name: 'clocks',
    group: 'faults',
    what: "this machine's clock up to ten minutes or a day off, set forwards and back while feeds run; clocks set by the law in ten zones",
    holds:
      'G1 G2 G5; signed for the time of the org, or `clock_skew` with the difference; no run twice, none left out',
    goal: 40,
    file: `${feeds}/clocks.test.ts`,
  },
  {
    name: 'tokens',
    group: 'faults',
    what: 'ten thousand callers at the same moment, over HTTP, for a token of one connection whose key is rotated meanwhile',
    holds:
      'the org is asked once with each key; no token of the old one once it is out of use; nobody is refused',
    goal: 10,
    file: 'packages/postern/test/server/token-rotation.test.ts',
  },
  {
    name: 'key-vectors',
    group: 'inputs',
    what: 'keys and key sets in the classes of Wycheproof: pasted, published by a client, published by a provider',
    holds: 'what is taken is sound; what is not sound is refused',
    goal: 26,
    file: 'test/key-vectors.test.ts',
  },
  {
    name: 'signature-vectors',
    group: 'inputs',
    what: 'signatures in the classes of Wycheproof, by six algorithms: assertions, proofs, ID tokens',
    holds: 'every good one is taken, and no other',
    goal: 401,
    file: 'test/signature-vectors.test.ts',
  },
  {
    name: 'bad-inputs',
    group: 'inputs',
    what: 'the corpus of bad inputs: keys, addresses, scopes, schedules, answers, pages, requests',
    holds: 'each is taken or refused as it says, with the code it says',
    goal: 213,
    file: 'proof/bad-inputs.ts',
  },
  {
    name: 'parsers',
    group: 'inputs',
    what: 'any input, words of its grammar, and valid ones changed, before every parser: a thousand for each',
    holds: 'a value, or an error with a code and a remedy, in bounded time; no secret said back',
    goal: 115_000,
    file: 'test/parsers.test.ts',
  },
  {
    name: 'mutants',
    group: 'code',
    what: 'small mistakes in keys, URLs, retries, pages and cursors, seal and proxy: by seed a part of the 5,800 that can be made there',
    holds: 'a test fails, or nothing that can be observed is another',
    goal: 600,
    file: 'proof/mutate.ts',
    unmet:
      'of the two that no test noticed, a test was written for one, and the line of the other left out, which did nothing. Next: the same seed again, and others.',
  },
]
