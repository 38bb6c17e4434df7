/** @module The notes of every command. */

import { accessNotes } from './access-notes.ts'
import { feedNotes } from './feed-notes.ts'
import type { HelpNotes } from './notes.ts'
import { orgNotes } from './org-notes.ts'
import { serverNotes } from './server-notes.ts'

/** By the path of the command: `feed add`. */
const NOTES: Readonly<Record<string, HelpNotes>> = {
  ...serverNotes,
  ...orgNotes,
  ...feedNotes,
  ...accessNotes,
}

/** The notes of a command, with what those above it say for all below. @param path - `feed add` */
export function notesOf(path: string): Required<HelpNotes> {
  const [top = ''] = path.split(' ')
  const own = NOTES[path]
  const above = NOTES[top]
  return {
    about: own?.about ?? '',
    examples: own?.examples ?? [],
    exits: own?.exits ?? above?.exits ?? [],
    page: own?.page ?? above?.page ?? 'docs/command-line.md',
  }
}
