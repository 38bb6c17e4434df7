/** @module The rows of the actions about apps and who has them. */

import type { ActionRow } from './row.ts'
import type { World } from './world.ts'

const ofUser = { app: 'Payroll', user: 'ada@example.com' }
const ofGroup = { app: 'Payroll', group: 'Operations' }

async function assignUser({ send, idOf }: World): Promise<void> {
  const body = { id: idOf('ada@example.com'), scope: 'USER' }
  await send('POST', `/api/v1/apps/${idOf('Payroll')}/users`, body)
}

async function assignGroup({ send, idOf }: World): Promise<void> {
  await send('PUT', `/api/v1/apps/${idOf('Payroll')}/groups/${idOf('Operations')}`, {})
}

async function hasUser({ sdk, idOf }: World): Promise<boolean> {
  const found: (string | undefined)[] = []
  const users = await sdk.applicationApi.listApplicationUsers({ appId: idOf('Payroll') })
  await users.each(({ id, scope }) => void found.push(`${id} ${scope}`))
  return found.includes(`${idOf('ada@example.com')} USER`)
}

async function hasGroup({ sdk, idOf }: World): Promise<boolean> {
  const found: (string | undefined)[] = []
  const api = sdk.applicationApi
  const assigned = await api.listApplicationGroupAssignments({ appId: idOf('Payroll') })
  await assigned.each(({ id }) => void found.push(id))
  return found.includes(idOf('Operations'))
}

/** Every action about apps that core has. */
export const appRows: readonly ActionRow[] = [
  {
    action: 'app.find',
    given: { app: 'Payroll' },
    effects: [],
    answers: { ready: { label: 'Payroll', status: 'ACTIVE' } },
  },
  {
    action: 'app.check_user',
    given: ofUser,
    so: assignUser,
    effects: [],
    answers: { ready: { assigned: false }, so: { assigned: true, scope: 'USER' } },
  },
  {
    action: 'app.assign_user',
    given: ofUser,
    so: assignUser,
    effects: ['app-user created'],
    method: 'POST',
    isSo: hasUser,
  },
  {
    action: 'app.unassign_user',
    given: ofUser,
    ready: assignUser,
    so: async () => undefined,
    effects: ['app-user deleted'],
    method: 'DELETE',
    isSo: async (world) => !(await hasUser(world)),
  },
  {
    action: 'app.check_group',
    given: ofGroup,
    so: assignGroup,
    effects: [],
    answers: { ready: { assigned: false }, so: { assigned: true } },
  },
  {
    action: 'app.assign_group',
    given: ofGroup,
    so: assignGroup,
    effects: ['app-group created'],
    method: 'PUT',
    isSo: hasGroup,
  },
  {
    action: 'app.unassign_group',
    given: ofGroup,
    ready: assignGroup,
    so: async () => undefined,
    effects: ['app-group deleted'],
    method: 'DELETE',
    isSo: async (world) => !(await hasGroup(world)),
  },
]
