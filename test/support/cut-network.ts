import { execFileSync } from 'node:child_process'

/** A network of its own for one runner, joined to this machine by a cable that can be pulled. */
export type CutNetwork = Disposable & {
	/** This machine's address there, and the runner's. */
	here: string
	there: string
	/** What starts a program in it. */
	startedBy: string[]
	pull(): void
}

/** Why there can be none here; undefined when there can. */
export function whyNoCutNetwork(): string | undefined {
	if (process.getuid?.() !== 0) return 'only root may make a network'
	try {
		using _network = cutNetwork()
		return undefined
	} catch (error) {
		return `no network can be made: ${(error as Error).message.split('\n')[0]}`
	}
}

export function cutNetwork(): CutNetwork {
	const name = `rh${process.pid}`
	// Of those that documents may use: nobody's.
	const here = `198.51.100.${1 + 2 * (process.pid % 126)}`
	const there = here.replace(/\d+$/, (last) => String(Number(last) + 1))
	const ip = (values: string) => execFileSync('ip', values.split(' '), { stdio: 'pipe' })
	const inside = (values: string) => ip(`netns exec ${name} ip ${values}`)
	ip(`netns add ${name}`)
	try {
		ip(`link add ${name}a type veth peer name ${name}b netns ${name}`)
		ip(`addr add ${here} peer ${there} dev ${name}a`)
		ip(`link set ${name}a up`)
		inside(`addr add ${there} peer ${here} dev ${name}b`)
		inside(`link set ${name}b up`)
		inside('link set lo up')
	} catch (error) {
		ip(`netns delete ${name}`)
		throw error
	}
	return {
		here,
		there,
		startedBy: ['ip', 'netns', 'exec', name],
		pull: () => void ip(`link set ${name}a down`),
		[Symbol.dispose]: () => void ip(`netns delete ${name}`),
	}
}
