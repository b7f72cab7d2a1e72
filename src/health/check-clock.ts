import type { Clock } from '../clock.ts'
import { CLOCK_SKEW_MAX, CLOCK_WINDOW, HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX } from '../limits.ts'
import { down, type HealthCheck, up } from './health-check.ts'

/** Both clocks at one moment, milliseconds. */
type Reading = { wall: number; steady: number }

/** Whether the clock goes as time does. A jump is told for as long as the window that is looked at; expiry and schedules were decided by it. */
export function clockCheck({ now }: Pick<Clock, 'now'>, monotonic: () => number): HealthCheck {
	let readings: Reading[] = []
	return {
		part: 'clock',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		look() {
			const reading = { wall: now(), steady: monotonic() }
			readings = [...readings.filter(({ steady }) => reading.steady - steady <= CLOCK_WINDOW), reading]
			const skews = readings.map(({ wall, steady }) => reading.wall - wall - (reading.steady - steady))
			// The furthest of the window: set forward and back again it was wrong in between.
			const skew = skews.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0)
			const facts = { skewMilliseconds: Math.round(skew) }
			if (Math.abs(skew) <= CLOCK_SKEW_MAX) return up(facts)
			const seconds = Math.round(Math.abs(skew) / 1000)
			return down(`The clock was set ${seconds} s ${skew > 0 ? 'forward' : 'back'}, or goes wrong.`, facts)
		},
	}
}
