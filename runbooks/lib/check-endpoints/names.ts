// Looking names up, as applications do.
import { lookup, Resolver } from 'node:dns/promises'

/** What names lead to. */
export type Names = {
	/** All addresses of a host, in the order of the system. Rejects with a system error when there are none. */
	addresses(host: string): Promise<string[]>
	/** The name that a host is an alias of; undefined when it is none. Rejects when no server answers. */
	alias(host: string, signal: AbortSignal): Promise<string | undefined>
}

export const systemNames: Names = {
	async addresses(host) {
		const found = await lookup(host, { all: true })
		return found.map(({ address }) => address)
	},
	async alias(host, signal) {
		const resolver = new Resolver({ timeout: 2_000, tries: 2 })
		const cancel = () => resolver.cancel()
		signal.addEventListener('abort', cancel, { once: true })
		try {
			return (await resolver.resolveCname(host))[0]
		} catch (error) {
			if (['ENODATA', 'ENOTFOUND'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
			throw error
		} finally {
			signal.removeEventListener('abort', cancel)
		}
	},
}

/** Names of hosts compare without regard to case and to the dot of the root. */
export function isSameName(one: string, other: string): boolean {
	const plain = (name: string) => name.toLowerCase().replace(/\.$/, '')
	return plain(one) === plain(other)
}
