/** @module The sinks that the proof is about, each with what it holds in the end. */

import { mkdirSync } from 'node:fs'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SinkMembers } from '../../src/config/sink-members.ts'
import { type HeldRecord, heldEvent } from './checker.ts'
import { signingSecret, type WebhookReceiver } from './receiver.ts'

/** A sink that the proof is about. */
export interface ProvenSink {
  readonly name: string
  /** Whether a record may be in it twice, with the same id. */
  readonly mayRepeat: boolean
  /** How it is kept. */
  readonly members: SinkMembers
  /** What it holds of a feed, in its order. @param isTorn - whether a write may just have been cut off */
  read(feed: string, isTorn?: boolean): Promise<readonly HeldRecord[]>
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
