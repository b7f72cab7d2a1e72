import { CATCH_UP_RUNS_MAX, SCHEDULE_LATENESS_MAX, WAITING_RUNS_MAX } from '../limits.ts'
import type { MissedRule, OverlapRule } from './schedule.ts'

/**
 * Which of the due instants that nothing was decided of become runs, in order. The newest one is on time while it is not too late;
 * all before it were missed, and it too when it is late. `once` is one run for all of them, at the newest.
 */
export function planRuns({ due, now, missed }: { due: number[]; now: number; missed: MissedRule }): number[] {
	const newest = due.at(-1)
	if (newest === undefined) return []
	switch (missed) {
		case 'all':
			return due.slice(-CATCH_UP_RUNS_MAX)
		case 'once':
			return [newest]
		case 'skip':
			return now - newest <= SCHEDULE_LATENESS_MAX ? [newest] : []
	}
}

export type OverlapFacts = { overlap: OverlapRule; hasOpenJob: boolean; waitingCount: number }

/** What becomes of a run that is due: with `queue` it waits its turn, and is left out when too many wait. */
export function planOverlap({ overlap, hasOpenJob, waitingCount }: OverlapFacts): 'start' | 'wait' | 'skip' {
	if (overlap === 'allow' || (!hasOpenJob && waitingCount === 0)) return 'start'
	if (overlap === 'skip') return 'skip'
	return waitingCount < WAITING_RUNS_MAX ? 'wait' : 'skip'
}
