import { plainAddress } from '../address-ranges.ts'
import { WRONG_TOKEN_ADDRESSES_MAX, WRONG_TOKENS_MAX, WRONG_TOKENS_TIME } from '../limits.ts'

type Tries = { since: number; tokenHashes: Set<string> }

/**
 * Slows down who tries tokens: after so many different wrong ones from one address, that address is refused until the time has passed,
 * with a right token, too. The same wrong token again is no further try: a program with an expired token must not lock out its neighbours.
 */
export class WrongTokens {
	/** The oldest first. */
	readonly #byAddress = new Map<string, Tries>()

	/** Milliseconds for which an address is refused; 0 when it is not. */
	refusedFor(address: string, at: number): number {
		const tries = this.#triesOf(address, at)
		return tries && tries.tokenHashes.size >= WRONG_TOKENS_MAX ? tries.since + WRONG_TOKENS_TIME - at : 0
	}

	note(address: string, tokenHash: string, at: number): void {
		const tries = this.#triesOf(address, at)
		if (tries) {
			if (tries.tokenHashes.size < WRONG_TOKENS_MAX) tries.tokenHashes.add(tokenHash)
			return
		}
		if (this.#byAddress.size >= WRONG_TOKEN_ADDRESSES_MAX) this.#byAddress.delete(this.#byAddress.keys().next().value!)
		this.#byAddress.set(sourceOf(address), { since: at, tokenHashes: new Set([tokenHash]) })
	}

	#triesOf(address: string, at: number): Tries | undefined {
		const source = sourceOf(address)
		const tries = this.#byAddress.get(source)
		// Also one that lies ahead, where the clock was set back.
		if (!tries || (at < tries.since + WRONG_TOKENS_TIME && at >= tries.since)) return tries
		this.#byAddress.delete(source)
		return undefined
	}
}

/** An IPv4 address, or the network of an IPv6 one: whoever has one address of a /64 has all of them. */
export function sourceOf(address: string): string {
	const plain = plainAddress(address)
	if (!plain.includes(':')) return plain
	const [head = '', tail] = plain.toLowerCase().split('%')[0]!.split('::')
	const before = head === '' ? [] : head.split(':')
	const after = tail ? tail.split(':') : []
	const zeros = Array.from({ length: tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length) }, () => '0')
	return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}
