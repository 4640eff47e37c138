/**
 * Addresses that are not on the public internet: this machine, private and link-local networks, and every range set
 * aside for special use by the IANA registries. An IPv4 address inside an IPv6 one is refused too: no public host needs it.
 */
import ipaddr from 'ipaddr.js'

/** Whether an IP address is anything but a public unicast one. What cannot be read counts as private. */
export function isPrivateAddress(address: string): boolean {
  const text = address.split('%', 1)[0] ?? address
  if (!ipaddr.isValid(text)) return true
  const parsed = ipaddr.parse(text)
  if (parsed.range() !== 'unicast') return true
  return parsed instanceof ipaddr.IPv6 && parsed.match(IPV4_COMPATIBLE)
}

/** IPv4 addresses in the oldest notation (RFC 4291 §2.5.5.1), which the library counts as unicast. */
const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/80')
