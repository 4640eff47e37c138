/**
 * Addresses that are not on the public internet: this machine, private and link-local networks, and ranges set aside
 * for special use (RFC 6890). An IPv4 address inside an IPv6 one counts as what it is.
 */
import { BlockList, isIPv4 } from 'node:net'

const IPV4_RANGES = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const

const IPV6_RANGES = [
  // Unspecified, loopback, IPv4-compatible and IPv4-mapped addresses: no public host is reached by any of them.
  ['::', 80],
  // Translated and tunnelled IPv4 addresses, which may hide a private one.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const

const v4 = new BlockList()
for (const [network, prefix] of IPV4_RANGES) v4.addSubnet(network, prefix, 'ipv4')
const v6 = new BlockList()
for (const [network, prefix] of IPV6_RANGES) v6.addSubnet(network, prefix, 'ipv6')

/** Whether an IP address is not a public one. */
export function isPrivateAddress(address: string): boolean {
  return isIPv4(address) ? v4.check(address, 'ipv4') : v6.check(withoutZone(address), 'ipv6')
}

function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address
}
