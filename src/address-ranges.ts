import { BlockList, isIP, SocketAddress } from 'node:net'

/** Addresses of the network, IPv4 and IPv6. An IPv4 address in IPv6 notation (`::ffff:192.0.2.1`) is the IPv4 address. */
export type AddressRanges = { has(address: string): boolean }

export const addressRangeRule = 'an address such as 192.0.2.7 or a range such as 192.0.2.0/24 or 2001:db8::/32'

/** Whether a text is an address or a range of addresses. */
export function isAddressRange(text: string): boolean {
	const [address = '', prefix, ...more] = text.split('/')
	const version = isIP(address)
	if (version === 0 || address.includes('%') || more.length > 0) return false
	if (prefix === undefined) return true
	// A range of IPv4 in IPv6 notation has a prefix of at least 96: one that is meant as IPv4's own would be all of IPv4.
	const least = isMapped(address) ? 96 : 0
	return /^\d{1,3}$/.test(prefix) && Number(prefix) >= least && Number(prefix) <= (version === 4 ? 32 : 128)
}

/** The ranges that texts name; each is one that {@link isAddressRange} takes. */
export function addressRanges(texts: readonly string[]): AddressRanges {
	// One list for each version: in a common one `::/0` would have every address of IPv4, too.
	const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
	for (const text of texts) {
		const [given = '', prefix] = text.split('/')
		const address = plainAddress(given)
		const type = typeOf(address)
		if (prefix === undefined) lists[type].addAddress(address, type)
		else lists[type].addSubnet(address, isMapped(given) ? Number(prefix) - 96 : Number(prefix), type)
	}
	return {
		has(given) {
			if (isIP(given) === 0) return false
			const address = plainAddress(given)
			const type = typeOf(address)
			return lists[type].check(address, type)
		},
	}
}

function typeOf(address: string): 'ipv4' | 'ipv6' {
	return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

function isMapped(address: string): boolean {
	return plainAddress(address) !== address
}

const mappedPattern = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

/** An address as people write it: IPv4 where it is one. */
export function plainAddress(address: string): string {
	const plain = address.replace(mappedPattern, '')
	// The same in other spellings, such as ::ffff:c000:201.
	if (plain !== address || !/^[0:]*:ffff:/i.test(address) || isIP(address) === 0) return plain
	const written = new SocketAddress({ address, family: 'ipv6' }).address
	return mappedPattern.test(written) ? written.replace(mappedPattern, '') : address
}
