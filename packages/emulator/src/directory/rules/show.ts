/** @module A group rule as the API prints one. */

import { formatTime } from '../../clock.ts'
import type { GroupRule } from '../../state/group.ts'
import type { Org } from '../../state/org.ts'

/** A rule; `named` adds the names of its groups, as `expand=groupIdToGroupNameMap` asks. */
export function showRule(org: Org, rule: GroupRule, options: { readonly named?: boolean } = {}) {
  const groups = rule.groupIds.map((id) => org.groups.get(id))
  return {
    type: 'group_rule',
    id: rule.id,
    status: rule.status,
    name: rule.name,
    created: formatTime(rule.createdMs),
    lastUpdated: formatTime(rule.lastUpdatedMs),
    conditions: {
      people: {
        users: { exclude: rule.excludedUserIds },
        groups: { exclude: rule.excludedGroupIds },
      },
      expression: { value: rule.expression, type: 'urn:okta:expression:1.0' },
    },
    actions: { assignUserToGroups: { groupIds: rule.groupIds } },
    allGroupsValid: groups.every((group) => group !== undefined),
    ...(options.named && {
      _embedded: {
        groupIdToGroupNameMap: Object.fromEntries(
          groups.flatMap((group) => (group ? [[group.id, group.profile['name']]] : [])),
        ),
      },
    }),
  }
}
