/** @module The private networks that the operator allows. */

/** What POSTERN_ALLOWED_NETWORKS lists, in CIDR notation with commas or spaces between; judged where they are used. */
export function readAllowedNetworks(
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const networks = (env['POSTERN_ALLOWED_NETWORKS'] ?? '').split(/[\s,]+/)
  return networks.filter((network) => network !== '')
}
