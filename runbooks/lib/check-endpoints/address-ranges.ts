// Addresses and ranges of addresses (CIDR).
import { BlockList, isIP } from 'node:net'

/** Whether a text is an IP address, or a range such as 10.0.0.0/8. */
export function isAddressOrRange(text: string): boolean {
	const { family, prefix } = rangeOf(text)
	return family !== 0 && Number.isInteger(prefix) && prefix >= 0 && prefix <= (family === 4 ? 32 : 128)
}

/** The addresses that are in none of the ranges. */
export function addressesOutside(addresses: string[], ranges: string[]): string[] {
	const list = new BlockList()
	for (const range of ranges) {
		const { address, family, prefix } = rangeOf(range)
		list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
	}
	// A link-local address comes with the network interface: fe80::1%eth0.
	return addresses.filter((address) => !list.check(address.replace(/%.*$/, ''), isIP(address) === 6 ? 'ipv6' : 'ipv4'))
}

function rangeOf(text: string): { address: string; family: number; prefix: number } {
	const [, address = '', digits] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
	const family = isIP(address)
	return { address, family, prefix: digits === undefined ? (family === 4 ? 32 : 128) : Number(digits) }
}
