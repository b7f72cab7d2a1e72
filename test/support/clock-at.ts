import type { Clock } from '../../src/clock.ts'

/** A clock that stands at an instant until it is moved. Whoever sleeps on it wakes when it was moved far enough. */
export function clockAt(instant: string): Clock & { move(milliseconds: number): void } {
	let now = Date.parse(instant)
	const sleepers = new Set<{ due: number; wake: () => void }>()
	return {
		now: () => now,
		sleep: (ms, signal) =>
			new Promise((resolve, reject) => {
				if (signal?.aborted) return reject(signal.reason)
				const sleeper = { due: now + ms, wake: resolve }
				sleepers.add(sleeper)
				signal?.addEventListener('abort', () => {
					sleepers.delete(sleeper)
					reject(signal.reason)
				})
			}),
		move(milliseconds) {
			now += milliseconds
			for (const sleeper of sleepers) {
				if (sleeper.due > now) continue
				sleepers.delete(sleeper)
				sleeper.wake()
			}
		},
	}
}
