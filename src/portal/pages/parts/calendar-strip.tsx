import { now } from '../session.ts'

export type Run = { name: string; at: number }

const DAY = 86_400_000
/** Runs that one day names. */
const SHOWN_MAX = 6

type Given = {
	runs: Run[]
	/** The last run that is known of those schedules that run more often than was asked. */
	horizons: Run[]
}

/** The runs of the next seven days, in the reader's own time zone. */
export function CalendarStrip({ runs, horizons }: Given) {
	const today = new Date(now())
	today.setHours(0, 0, 0, 0)
	const dayAt = (index: number) => new Date(today.getFullYear(), today.getMonth(), today.getDate() + index)
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
		<section class="strip" aria-label="Runs by day" tabIndex={0}>
			{Array.from({ length: 7 }, (_, index) => {
				const [from, to] = [dayAt(index).getTime(), dayAt(index + 1).getTime()]
				const due = runs.filter(({ at }) => at >= from && at < to).sort((one, other) => one.at - other.at)
				const unknown = horizons.filter(({ at }) => at < to).map(({ name }) => name)
				return <Day key={from} from={from} runs={due} unknown={unknown} isToday={from + DAY > now() && from <= now()} />
			})}
		</section>
	)
}

function Day({ from, runs, unknown, isToday }: { from: number; runs: Run[]; unknown: string[]; isToday: boolean }) {
	const title = new Date(from).toLocaleDateString('en', { weekday: 'short', day: 'numeric', month: 'short' })
	return (
		<div>
			<strong>{isToday ? 'Today' : title}</strong>
			<ul>
				{runs.slice(0, SHOWN_MAX).map(({ name, at }) => (
					<li key={`${name}${at}`}>
						{new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })} {name}
					</li>
				))}
				{runs.length > SHOWN_MAX && <li class="weak">and {runs.length - SHOWN_MAX} more</li>}
				{unknown.length > 0 && <li class="weak">{`${runs.length > 0 ? 'and more' : 'Runs'} of ${unknown.join(', ')}`}</li>}
				{runs.length + unknown.length === 0 && <li class="weak">No runs</li>}
			</ul>
		</div>
	)
}
