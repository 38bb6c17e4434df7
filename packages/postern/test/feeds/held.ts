/** @module The sinks that the proof is about, each with what it holds in the end. */

import { mkdirSync } from 'node:fs'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SinkMembers } from '../../src/config/sink-members.ts'
import { type HeldRecord, heldEvent } from './checker.ts'
import type { WayAilment } from './ill-way.ts'
import { signingSecret, type WebhookReceiver } from './receiver.ts'

/** What a sink suffers from during a round, or for some of what is asked of it. */
export interface Ailment extends Omit<WayAilment, 'kind'> {
  readonly kind:
    | WayAilment['kind']
    /** Its host has no address. */
    | 'unknown-host'
    /** Its folder is gone for a while; a file is in its place. */
    | 'away'
    | 'in-the-way'
    /** Half of a write is there, and then there is no more room. */
    | 'full'
    /** Its tables are gone for a while. */
    | 'gone'
    /** Its transactions have to begin again. */
    | 'gives-way'
    /** It is too busy for some of the records; it refuses some. */
    | 'busy-for-some'
    | 'refuses-some'
}

/** A sink that the proof is about. */
export interface ProvenSink {
  readonly name: string
  /** Whether a record may be in it twice, with the same id. */
  readonly mayRepeat: boolean
  /** How it is kept. */
  readonly members: SinkMembers
  /** What it holds of a feed, in its order. @param isTorn - whether a write may just have been cut off */
  read(feed: string, isTorn?: boolean): Promise<readonly HeldRecord[]>
  /** Makes its other side ill, beside what that suffers from already. Absent: it is always well. */
  ail?(ailment: Ailment): void | Promise<void>
  heal?(): Promise<void>
  /** Lets its other side lose some of what it confirmed of a feed. */
  lose?(feed: string): Promise<void>
  close?(): Promise<void>
}

/** Files of JSON lines in a new folder of `root`. */
export async function jsonlSink(root: string, name = 'files'): Promise<ProvenSink> {
  mkdirSync(root, { recursive: true })
  const folder = await mkdtemp(path.join(root, 'jsonl-'))
  return {
    name,
    mayRepeat: false,
    members: { name, kind: 'jsonl', settings: { path: folder, rotateMiB: 1 } },
    read: async (feed, isTorn = false) => {
      const entries = await readdir(folder, { recursive: true })
      const files = entries
        .filter((entry) => entry.endsWith('.jsonl') && entry.startsWith(`${feed}${path.sep}`))
        .toSorted()
      const texts = await Promise.all(
        files.map((file) => readFile(path.join(folder, file), 'utf8')),
      )
      return texts.flatMap((text) => {
        if (!isTorn && text !== '' && !text.endsWith('\n'))
          throw new Error('A file ends within a line.')
        return text.split('\n').slice(0, -1).map(heldEvent)
      })
    },
  }
}

/** The webhook of a receiver. */
export function webhookSink(receiver: WebhookReceiver, name = 'hook'): ProvenSink {
  return {
    name,
    mayRepeat: true,
    members: {
      name,
      kind: 'http',
      settings: { url: receiver.url, format: 'webhook' },
      secrets: { signingSecret },
    },
    read: async (feed) => receiver.held(feed),
  }
}
