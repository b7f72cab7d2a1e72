import { setTimeout as wait } from 'node:timers/promises'

/** Asks again and again until there is an answer other than undefined or false; throws when none came in time. */
export async function until<Answer>(
	what: string,
	ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
	limitMilliseconds = 30_000,
): Promise<Answer> {
	const since = performance.now()
	for (;;) {
		const answer = await ask()
		if (answer !== undefined && answer !== false) return answer
		if (performance.now() - since > limitMilliseconds) throw new Error(`Waited ${limitMilliseconds} ms in vain until ${what}.`)
		await wait(10)
	}
}
