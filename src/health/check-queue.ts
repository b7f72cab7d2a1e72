import type { Clock } from '../clock.ts'
import { HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX } from '../limits.ts'
import type { QueueStore, RunbookLimits, WaitingJobs } from '../queue/queue-store.ts'
import { down, type Finding, type HealthCheck, up } from './health-check.ts'

type Bounds = { queueLimit: number; ageSecondsMax: number }

/** How the queue is: full when as many jobs wait as may, stuck when one has waited too long that waits for nothing but a free slot. */
export function queueFinding({ count, oldestTime }: WaitingJobs, { queueLimit, ageSecondsMax }: Bounds, now: number): Finding {
	const oldestSeconds = oldestTime === null ? 0 : Math.max(0, Math.round((now - oldestTime) / 1000))
	const facts = { waiting: count, oldestSeconds }
	if (count >= queueLimit) return down(`As many jobs wait as may: ${count}.`, facts)
	if (oldestSeconds > ageSecondsMax)
		return down(`A job has waited for a free slot for ${oldestSeconds} s, longer than ${ageSecondsMax} s.`, facts)
	return up(facts)
}

/** Whether jobs get through the queue. */
export function queueCheck(
	queue: Pick<QueueStore, 'waiting'>,
	{ bounds, limits, clock }: { bounds: () => Bounds; limits: () => RunbookLimits; clock: Clock },
): HealthCheck {
	return {
		part: 'queue',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look: async () => queueFinding(await queue.waiting(limits()), bounds(), clock.now()),
	}
}
