/** @module A dialog: it holds the focus while it is open, closes with Escape, and gives the focus back. */

import { Dialog as Parts } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

/** The dialog. @param of.onClose - undefined while it cannot be left. */
export function Dialog(of: {
  readonly isOpen: boolean
  readonly title: string
  readonly description?: ReactNode
  readonly onClose: (() => void) | undefined
  readonly children: ReactNode
}): ReactNode {
  const { isOpen, title, description, onClose, children } = of
  return (
    <Parts.Root open={isOpen} onOpenChange={(open) => !open && onClose?.()} disablePointerDismissal>
      <Parts.Portal>
        <Parts.Backdrop className="dialog-backdrop" />
        <Parts.Popup className="dialog">
          <Parts.Title className="dialog-title">{title}</Parts.Title>
          {description !== undefined && (
            <Parts.Description className="dialog-description" render={<div />}>
              {description}
            </Parts.Description>
          )}
          {children}
        </Parts.Popup>
      </Parts.Portal>
    </Parts.Root>
  )
}
