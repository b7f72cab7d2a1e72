import { now } from '../session.ts'

export type Run = { name: string; at: number }

const DAY = 86_400_000
/** Runs that one day names. */
const SHOWN_MAX = 6

/** The runs of the next seven days, in the reader's own time zone. */
export function CalendarStrip({ runs }: { runs: Run[] }) {
	const today = new Date(now())
	today.setHours(0, 0, 0, 0)
	const dayAt = (index: number) => new Date(today.getFullYear(), today.getMonth(), today.getDate() + index)
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
		<section class="strip" aria-label="Runs by day" tabIndex={0}>
			{Array.from({ length: 7 }, (_, index) => {
				const [from, to] = [dayAt(index).getTime(), dayAt(index + 1).getTime()]
				const due = runs.filter(({ at }) => at >= from && at < to).sort((one, other) => one.at - other.at)
				return <Day key={from} from={from} runs={due} isToday={from + DAY > now() && from <= now()} />
			})}
		</section>
	)
}

function Day({ from, runs, isToday }: { from: number; runs: Run[]; isToday: boolean }) {
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
				{runs.length === 0 && <li class="weak">No runs</li>}
			</ul>
		</div>
	)
}
