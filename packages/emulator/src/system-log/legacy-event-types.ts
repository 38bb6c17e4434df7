/** @module The names that event types had in the log before this one, which events still carry. */

/**
 * The older name of an event type, where it had one.
 *
 * @see Okta, "Event Types" - the mappings of legacy event types
 */
export const legacyEventTypes: Readonly<Record<string, string>> = {
  'application.lifecycle.activate': 'app.generic.config.app_activated',
  'application.lifecycle.deactivate': 'app.generic.config.app_deactivated',
  'application.user_membership.add': 'app.generic.provision.assign_user_to_app',
  'application.user_membership.remove': 'app.generic.provision.deassign_user_from_app',
  'group.user_membership.add': 'core.user_group_member.user_add',
  'group.user_membership.remove': 'core.user_group_member.user_remove',
  'user.account.lock': 'core.user_auth.account_locked',
  'user.account.update_password': 'core.user.config.password_update.success',
  'user.authentication.sso': 'app.auth.sso',
  'user.lifecycle.activate': 'core.user.config.user_activated',
  'user.lifecycle.create': 'core.user.config.user_creation.success',
  'user.lifecycle.deactivate': 'core.user.config.user_deactivated',
  'user.session.access_admin_app': 'app.admin.sso.login.success',
  'user.session.end': 'core.user_auth.logout_success',
  'user.session.start': 'core.user_auth.login_success',
}
