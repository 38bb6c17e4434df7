/** @module Takes a list along, every row that fits, as a file for a spreadsheet or as JSON lines. The server makes the file. */

import { useMutation } from '@tanstack/react-query'
import { type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { RefusedError } from '../../client.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { client } from '../server.ts'
import { askForFile } from './ask-for-file.ts'
import { ErrorState } from './error-state.tsx'
import { say } from './notices.tsx'
import { bytesText } from './number-text.ts'

const { table: texts } = shellTexts

const FORMATS = { csv: 'text/csv', jsonl: 'application/jsonl' } as const
const SHOWN_EVERY_MS = 250

type Format = keyof typeof FORMATS

/** The buttons. @param of.path - of the list, with its filters and without a page. */
export function Export({ path }: { readonly path: string }): ReactNode {
  const [bytes, setBytes] = useState(0)
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const exporting = useMutation<void, RefusedError, Format>({
    mutationFn: async (format) => {
      running.current = new AbortController()
      const { signal } = running.current
      setBytes(0)
      const type = FORMATS[format]
      const onBytes = paced(setBytes)
      try {
        const { content, name } = await askForFile(client, { path, type, onBytes, signal })
        save(content, name)
        say(texts.exported(name, bytesText(content.size)))
      } catch (error) {
        // Whoever gave up knows.
        if (!signal.aborted) throw error
      }
    },
  })
  const { isPending, error } = exporting
  return (
    <div className="export">
      {isPending ? (
        <>
          <span className="quiet">{texts.exporting(bytesText(bytes))}</span>
          <button
            className="button small"
            type="button"
            onClick={(event) => !isSecond(event) && running.current?.abort()}
          >
            {shellTexts.cancel}
          </button>
        </>
      ) : (
        <>
          <span className="quiet">{texts.export}</span>
          {(['csv', 'jsonl'] as const).map((format) => (
            <button
              className="button small"
              type="button"
              onClick={(event) => !isSecond(event) && exporting.mutate(format)}
              key={format}
            >
              {texts.exportAs[format]}
            </button>
          ))}
        </>
      )}
      {error !== null && <ErrorState problem={error.problem} />}
    </div>
  )
}

/** Whether a press is the second of a double one, which is meant for what stood in its place before. */
function isSecond({ detail }: MouseEvent): boolean {
  return detail > 1
}

/** A number that changes thousands of times a second is shown now and then. */
function paced(show: (bytes: number) => void): (bytes: number) => void {
  let shownMs = 0
  return (bytes) => {
    if (performance.now() - shownMs < SHOWN_EVERY_MS) return
    shownMs = performance.now()
    show(bytes)
  }
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
