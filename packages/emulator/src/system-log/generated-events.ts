/** @module Events of generated traffic: each follows from a seed and its index, and is made when somebody reads it. */

import { BASE62, type IdKind, idPrefixes } from '../ids.ts'
import { fraction, hash, pick } from '../random.ts'
import type { App } from '../state/app.ts'
import type { Group } from '../state/group.ts'
import type { Org } from '../state/org.ts'
import type { User } from '../state/user.ts'
import { type Participant, systemCause } from './event.ts'
import { type EventKind, eventKinds, type Outcome, type Target } from './event-kinds.ts'
import { eventMessages } from './event-messages.ts'
import { browsers, networks, places } from './event-places.ts'
import type { EventSource, QuickMember, Stamp } from './event-source.ts'
import {
  appParticipant,
  clientParticipant,
  groupParticipant,
  userParticipant,
} from './participants.ts'
import { renderEvent } from './render-event.ts'

/** Who and what the events are about, as it was when the traffic began: a later change must not change old events. */
export interface Cast {
  readonly users: readonly User[]
  readonly admins: readonly User[]
  readonly clients: readonly App[]
  readonly apps: readonly App[]
  readonly groups: readonly Group[]
}

/** The cast that an org has now. */
export function castOf(org: Org): Cast {
  const users = [...org.users].filter(({ status }) => status === 'ACTIVE')
  const apps = [...org.apps].filter(({ status }) => status === 'ACTIVE')
  return {
    users,
    admins: users.filter(({ roles = [] }) => roles.length > 0),
    clients: apps.filter(({ oauth }) => oauth?.applicationType === 'service'),
    apps: apps.filter(({ oauth }) => oauth?.applicationType !== 'service'),
    groups: [...org.groups].filter(({ type }) => type !== 'BUILT_IN'),
  }
}

// What each number decides; two decisions about one event must not share theirs.
const salt = {
  kind: 1,
  outcome: 2,
  user: 3,
  admin: 4,
  app: 5,
  group: 6,
  other: 7,
  client: 8,
  follows: 9,
  text: 10,
} as const

const FOLLOWING_SHARE = 0.25
const MAX_FOLLOWING = 3
// Above 1, few people do much and many do little.
const USER_SKEW = 2

/** The events of one stream. */
export class GeneratedEvents implements EventSource {
  readonly #seed: number
  readonly #cast: Cast
  readonly #kinds: readonly EventKind[]

  constructor(seed: number, cast: Cast) {
    this.#seed = seed
    this.#cast = cast
    this.#kinds = tabulate(eventKinds.filter((kind) => isPlayable(kind, cast)))
  }

  /**
   * The index of the event that began the transaction of this one, often its own: a sign-in is followed by the evaluation
   * of a policy in the same millisecond.
   */
  rootOf(index: number): number {
    let root = index
    while (
      root > 0 &&
      index - root < MAX_FOLLOWING &&
      fraction(this.#seed, salt.follows, root) < FOLLOWING_SHARE
    )
      root--
    return root
  }

  render(index: number, stamp: Stamp): string {
    const kind = this.#kindOf(index)
    const root = this.rootOf(index)
    const isClient = kind.actor === 'client'
    const requestId = hex(32, this.#seed, salt.text, root)
    const outcome = this.#outcomeOf(index, kind)
    const actor = this.#actorOf(index, kind)
    const home = homeOf(actor.id)
    return renderEvent(
      {
        eventType: kind.eventType,
        displayMessage: eventMessages[kind.eventType],
        severity: outcome.severity,
        outcome,
        actor,
        targets: kind.targets.map((target) => this.#targetOf(index, target, actor)),
        ipAddress: `${pick(networks, home, 1)}.${(hash(home, 2) % 254) + 1}`,
        userAgent: isClient ? 'postern-emulator-client/1.0' : pick(browsers, home, 3),
        place: pick(places, home, 4),
        sessionId: isClient || outcome.result === 'FAILURE' ? undefined : this.#sessionOf(root),
        debugData: {
          requestId,
          requestUri: kind.requestUri,
          threatSuspected: 'false',
          url: `${kind.requestUri}?`,
        },
        transaction: { type: 'WEB', id: requestId, detail: {} },
      },
      stamp,
    )
  }

  peek(index: number, member: QuickMember): string {
    const kind = this.#kindOf(index)
    switch (member) {
      case 'eventType':
        return kind.eventType
      case 'actor.id':
        return this.#actorOf(index, kind).id
      case 'outcome.result':
        return this.#outcomeOf(index, kind).result
      case 'severity':
        return this.#outcomeOf(index, kind).severity
    }
  }

  #kindOf(index: number): EventKind {
    return pick(this.#kinds, this.#seed, salt.kind, index)
  }

  #outcomeOf(index: number, { outcomes, otherShare }: EventKind): Outcome {
    const [usual, ...others] = outcomes
    const drawn = fraction(this.#seed, salt.outcome, index)
    return others[Math.floor(drawn / otherShare)] ?? usual
  }

  #actorOf(index: number, { actor }: EventKind): Participant {
    const { admins, clients, users } = this.#cast
    if (actor === 'client') return clientParticipant(pick(clients, this.#seed, salt.client, index))
    if (actor === 'admin') return userParticipant(pick(admins, this.#seed, salt.admin, index))
    if (users.length === 0) return systemCause.actor
    // Everything in one transaction is done by the same person.
    const drawn = fraction(this.#seed, salt.user, this.rootOf(index)) ** USER_SKEW
    const user = users[Math.floor(drawn * users.length)]
    return user === undefined ? systemCause.actor : userParticipant(user)
  }

  #targetOf(index: number, target: Target, actor: Participant): Participant {
    const { apps, groups, users } = this.#cast
    switch (target) {
      case 'self':
        return actor
      case 'other-user':
        return userParticipant(pick(users, this.#seed, salt.other, index))
      case 'app':
        return appParticipant(pick(apps, this.#seed, salt.app, index))
      case 'app-user':
        return { ...actor, id: this.#idOf('appUser', index), type: 'AppUser' }
      case 'group':
        return groupParticipant(pick(groups, this.#seed, salt.group, index))
      case 'policy':
        return {
          ...policyParticipant(this.#idOf('policy', 0), 'PolicyEntity', 'Default Policy'),
          detailEntry: { policyType: 'OktaSignOn' },
        }
      case 'rule':
        return policyParticipant(this.#idOf('rule', 0), 'PolicyRule', 'Default Rule')
      case 'token':
        return {
          id: base62(43, this.#seed, salt.text, index, 1),
          type: 'access_token',
          alternateId: 'unknown',
          displayName: 'Access Token',
        }
    }
  }

  #idOf(kind: IdKind, index: number): string {
    return `${idPrefixes[kind]}${base62(14, this.#seed, salt.text, index, 2)}5d7`
  }

  #sessionOf(root: number): string {
    return `102${base62(22, this.#seed, salt.text, root, 3)}`
  }
}

const TABLE_PER_WEIGHT = 10

function isPlayable({ actor, targets }: EventKind, cast: Cast): boolean {
  if (actor === 'admin' && cast.admins.length === 0) return false
  if (actor === 'client' && cast.clients.length === 0) return false
  if (targets.includes('app') && cast.apps.length === 0) return false
  if (targets.includes('group') && cast.groups.length === 0) return false
  return !targets.includes('other-user') || cast.users.length > 0
}

// Each kind as often as its weight says, so that a number leads to a kind without a search.
function tabulate(kinds: readonly EventKind[]): readonly EventKind[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: Math.round(kind.weight * TABLE_PER_WEIGHT) }, () => kind),
  )
}

// Two digits of base 62 for each number below 3,844.
const PAIRS = Array.from({ length: 62 * 62 }, (_, number) => {
  return BASE62.charAt(Math.floor(number / 62)) + BASE62.charAt(number % 62)
})

function base62(length: number, ...parts: readonly number[]): string {
  const start = hash(...parts)
  let text = ''
  for (let round = 0; text.length < length; round++) {
    const number = hash(start, round)
    text += `${PAIRS[number % PAIRS.length]}${PAIRS[(number >>> 12) % PAIRS.length]}`
  }
  return text.slice(0, length)
}

// Three digits of base 16 for each number below 4,096.
const TRIPLES = Array.from({ length: 4_096 }, (_, number) => number.toString(16).padStart(3, '0'))

function hex(length: number, ...parts: readonly number[]): string {
  const start = hash(...parts)
  let text = ''
  for (let round = 0; text.length < length; round++) {
    const number = hash(start, round)
    text += `${TRIPLES[number & 0xfff]}${TRIPLES[(number >>> 12) & 0xfff]}`
  }
  return text.slice(0, length)
}

// FNV-1a over what differs from one id to the next: this runs for every event that is shown.
function homeOf(id: string): number {
  let mixed = 0x811c9dc5
  for (let index = 4; index < id.length; index++) {
    mixed = Math.imul(mixed ^ id.charCodeAt(index), 0x01000193)
  }
  return mixed >>> 0
}

function policyParticipant(id: string, type: string, displayName: string): Participant {
  return { id, type, alternateId: 'unknown', displayName }
}
