import type { Clock } from '../clock.ts'
import { HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX, SCHEDULES_BEAT_MAX } from '../limits.ts'
import { down, type HealthCheck, up } from './health-check.ts'

/** Whether the schedules are looked at: what is due would start nothing else. `lookedTime` is undefined before the first look. */
export function schedulesCheck(lookedTime: () => number | undefined, { now }: Pick<Clock, 'now'>): HealthCheck {
	const since = now()
	return {
		part: 'schedules',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look() {
			const lastSeconds = Math.round((now() - (lookedTime() ?? since)) / 1000)
			if (lastSeconds * 1000 > SCHEDULES_BEAT_MAX) return down(`The schedules were not looked at for ${lastSeconds} s.`)
			return up()
		},
	}
}
