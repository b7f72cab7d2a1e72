/** Tells the first SIGINT or SIGTERM and the second one apart. */
export function interrupter({ first, second }: { first: () => void; second: () => unknown }) {
	let count = 0
	const take = () => {
		count++
		if (count === 1) first()
		else if (count === 2) second()
	}
	const names = ['SIGINT', 'SIGTERM'] as const
	for (const name of names) process.on(name, take)
	return {
		isTwice: () => count > 1,
		end() {
			for (const name of names) process.off(name, take)
		},
	}
}
