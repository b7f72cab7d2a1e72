import { BlockList, isIP } from 'node:net'

/** Addresses of the network, IPv4 and IPv6. An IPv4 address in IPv6 notation (`::ffff:192.0.2.1`) is the IPv4 address. */
export type AddressRanges = { has(address: string): boolean }

export const addressRangeRule = 'an address such as 192.0.2.7 or a range such as 192.0.2.0/24 or 2001:db8::/32'

/** Whether a text is an address or a range of addresses. */
export function isAddressRange(text: string): boolean {
	const [address = '', prefix, ...more] = text.split('/')
	const version = isIP(address)
	if (version === 0 || address.includes('%') || more.length > 0) return false
	return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
}

/** The ranges that texts name; each is one that {@link isAddressRange} takes. */
export function addressRanges(texts: readonly string[]): AddressRanges {
	const list = new BlockList()
	for (const text of texts) {
		const [address = '', prefix] = text.split('/')
		const type = isIP(address) === 4 ? 'ipv4' : 'ipv6'
		if (prefix === undefined) list.addAddress(address, type)
		else list.addSubnet(address, Number(prefix), type)
	}
	return {
		has(address) {
			const version = isIP(address)
			return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
		},
	}
}

/** An address as people write it: IPv4 where it is one. */
export function plainAddress(address: string): string {
	return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}
