/** @module The settings of this server: its store, its master key, and the domains it may call. */

import type { ReactNode } from 'react'
import { settingsTexts as texts } from '../../texts/console/settings.ts'
import { View } from '../parts/view.tsx'
import { usePermissions } from '../session.ts'
import { Domains } from './domains.tsx'
import { MasterKey } from './master-key.tsx'
import { StoreSize } from './store-size.tsx'
import { StoreStatus } from './store-status.tsx'

/** The settings. */
export function Settings(): ReactNode {
  const permissions = usePermissions()
  const isAdmin = permissions.may('admin')
  return (
    <View title={texts.title}>
      <div className="panels">
        <StoreStatus />
        {permissions.may('read') && <StoreSize />}
        {isAdmin && <MasterKey />}
      </div>
      {isAdmin && <Domains />}
    </View>
  )
}
