/** @module Every view of the console: its address, who may see it, and where its code is. */

import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { shellTexts } from '../texts/console/shell.ts'
import type { Permissions } from './permissions.ts'

/** What a view gets: the values of its address. */
export type ViewOf = Readonly<Record<string, string>>

/** One view. */
export interface ViewEntry {
  /** Its address behind /console; `:name` is a value. */
  readonly path: string
  readonly View: LazyExoticComponent<ComponentType<{ readonly of: ViewOf }>>
  /** Whether somebody may see it; without, everybody who is signed in may. */
  readonly isShown?: (permissions: Permissions) => boolean
  /** Its name in the navigation; a view of one thing has none. */
  readonly name?: string
  /** Its sign in the navigation, as a path in a box of 20 by 20. */
  readonly sign?: string
}

const { views: names } = shellTexts
const mayRead = (permissions: Permissions) => permissions.maySomewhere('read')
const mayManage = (permissions: Permissions) => permissions.maySomewhere('admin')
const mayAct = (permissions: Permissions) => permissions.maySomewhere('act')
const mayTakePart = (permissions: Permissions) => mayAct(permissions) || mayApprove(permissions)
const mayApprove = (permissions: Permissions) => permissions.maySomewhere('approve')

/** The views, in the order of the navigation. The first whose address fits is shown. */
export const views: readonly ViewEntry[] = [
  {
    path: '/',
    name: names.overview,
    sign: 'M3 10.5L10 4l7 6.5M5.2 9v7h9.6V9',
    View: lazy(async () => ({ default: (await import('./overview/overview.tsx')).Overview })),
  },
  {
    path: '/connections',
    name: names.connections,
    sign: 'M7.5 12.5l5-5M6 9L4.2 10.8a3.5 3.5 0 0 0 5 5L11 14M9 6l1.8-1.800a3.5 3.5 0 0 1 5 5L14 11',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./connections/list.tsx')).ConnectionList })),
  },
  {
    path: '/connections/:name',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./connections/one.tsx')).OneConnection })),
  },
  {
    path: '/feeds',
    name: names.feeds,
    sign: 'M4 5h9l3 3-3 3H4M16 11H7l-3 2.5 3 2.500h9',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./feeds/list.tsx')).FeedList })),
  },
  {
    // No feed has such a name.
    path: '/feeds/+new',
    isShown: mayManage,
    View: lazy(async () => ({ default: (await import('./feeds/make.tsx')).MakeFeed })),
  },
  {
    path: '/feeds/:feed',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./feeds/one.tsx')).OneFeed })),
  },
  {
    path: '/log',
    name: names.log,
    sign: 'M4 5h12M4 8.500h12M4 12h7M13.500 12.500a2 2 0 1 0 .1 0M15.200 15.200L17 17',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./log/explorer.tsx')).Explorer })),
  },
  {
    path: '/log/:connection/:uuid',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./log/one.tsx')).OneEvent })),
  },
  {
    path: '/objects',
    name: names.objects,
    sign: 'M7.500 9.500a2.500 2.500 0 1 0-.1 0M3 16c0-2.500 2-4 4.500-4S12 13.500 12 16M13 9.500a2 2 0 1 0-.1-4M14 12c1.800.400 3 1.800 3 4',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./objects/list.tsx')).ObjectList })),
  },
  {
    path: '/objects/:connection/:kind/:id',
    isShown: mayRead,
    View: lazy(async () => ({ default: (await import('./objects/one.tsx')).OneObject })),
  },
  {
    path: '/actions',
    name: names.actions,
    sign: 'M11 3L5 11.500h4.500L9 17l6-8.500h-4.500z',
    isShown: mayAct,
    View: lazy(async () => ({ default: (await import('./actions/list.tsx')).ActionList })),
  },
  {
    path: '/actions/:connection/:action',
    isShown: mayAct,
    View: lazy(async () => ({ default: (await import('./actions/one.tsx')).OneAction })),
  },
  {
    path: '/approvals',
    name: names.approvals,
    sign: 'M4 10.500l4 4 8-9',
    isShown: mayTakePart,
    View: lazy(async () => ({ default: (await import('./approvals/list.tsx')).ApprovalList })),
  },
  {
    path: '/approvals/:id',
    isShown: mayTakePart,
    View: lazy(async () => ({ default: (await import('./approvals/one.tsx')).OnePlan })),
  },
  {
    path: '/access-keys',
    name: names.accessKeys,
    sign: 'M12.5 11.500a4 4 0 1 0-3.7-2.500L3.5 14.300V17H6.200v-2H8v-2h1.500M13.2 7.200v.1',
    isShown: mayManage,
    View: lazy(async () => ({ default: (await import('./access-keys/list.tsx')).AccessKeyList })),
  },
  {
    path: '/audit',
    name: names.audit,
    sign: 'M5 3.500h10v13H5zM7.5 7h5M7.5 10h5M7.5 13h3',
    isShown: mayManage,
    View: lazy(async () => ({ default: (await import('./audit/audit.tsx')).Audit })),
  },
  {
    path: '/settings',
    name: names.settings,
    sign: 'M3 6h8M15 6h2M13 4.200v3.600M3 14h2M9 14h8M7 12.200v3.6',
    View: lazy(async () => ({ default: (await import('./settings/settings.tsx')).Settings })),
  },
]
