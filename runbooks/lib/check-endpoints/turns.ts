/** A work that has begun. */
export type Begun<Result> = { result: Promise<Result> }

/** Lets at most so many works run at a time: what it returns begins a work when its turn comes, and resolves as soon as it has begun. */
export function turns(most: number): <Result>(work: () => Promise<Result>) => Promise<Begun<Result>> {
	let free = most
	const waiting: (() => void)[] = []
	const leave = () => {
		const next = waiting.shift()
		if (next) next()
		else free += 1
	}
	return async (work) => {
		if (free > 0) free -= 1
		else await new Promise<void>((resolve) => waiting.push(resolve))
		const result = work()
		// Whoever asked may have left meanwhile; the turn lasts as long as the work.
		result.then(leave, leave)
		return { result }
	}
}
