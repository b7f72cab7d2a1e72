import type { JobStatistics } from '../answers.ts'
import { countText, durationText } from '../words.ts'
import { Table } from './table.tsx'

type Given = { of: JobStatistics[]; isByDay: boolean }

const ends = ['Completed', 'Stopped', 'Failed'] as const
/** About as wide as it is shown, so that its texts have their size. */
const widthOf = () => (innerWidth < 760 ? 330 : 480)
const height = 160
const bottom = 20
const left = 44

function intervalText({ startTime }: JobStatistics, isByDay: boolean): string {
	const start = new Date(startTime)
	return isByDay
		? start.toLocaleDateString('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })
		: start.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

/** A round number at or above the highest value, so that the axis can be read. */
function ceilingOf(highest: number): number {
	if (highest <= 0) return 1
	const power = 10 ** Math.floor(Math.log10(highest))
	return [1, 1.5, 2, 3, 4, 6, 8, 10].map((step) => step * power).find((each) => each >= highest)!
}

/** How jobs ended: a bar for each interval. */
export function EndChart({ of, isByDay }: Given) {
	const width = widthOf()
	const highest = ceilingOf(Math.max(...of.map((each) => ends.reduce((sum, end) => sum + countOf(each, end), 0))))
	const step = (width - left) / of.length
	const bars = of.flatMap((each, index) => {
		let top = height - bottom
		return ends.map((end) => {
			const size = (countOf(each, end) / highest) * (height - bottom - 8)
			top -= size
			return (
				size > 0 && (
					<rect
						key={`${index}${end}`}
						class={`bar ${end.toLowerCase()}`}
						x={left + index * step + 1}
						y={top}
						width={Math.max(1, step - 2)}
						height={size}
					/>
				)
			)
		})
	})
	const sum = (end: (typeof ends)[number]) => of.reduce((all, each) => all + countOf(each, end), 0)
	const summary = ends.map((end) => `${countText(sum(end))} ${end.toLowerCase()}`).join(', ')
	return (
		<Figure
			title="Jobs by end state"
			summary={summary}
			of={of}
			isByDay={isByDay}
			legend={ends}
			top={countText(highest)}
			middle={Number.isInteger(highest / 2) ? countText(highest / 2) : ''}
		>
			{bars}
		</Figure>
	)
}

/** The average time that jobs ran, with the longest. */
export function DurationChart({ of, isByDay }: Given) {
	const width = widthOf()
	const highest = ceilingOf(Math.max(0, ...of.map(({ maxSeconds }) => maxSeconds ?? 0)))
	const step = (width - left) / of.length
	const y = (seconds: number) => height - bottom - (seconds / highest) * (height - bottom - 8)
	const dots = of.flatMap((each, index) => {
		const x = left + (index + 0.5) * step
		if (each.averageSeconds === null || each.maxSeconds === null) return []
		return [
			<line key={`range${index}`} class="range" x1={x} x2={x} y1={y(0)} y2={y(each.maxSeconds)} />,
			<circle key={`max${index}`} class="longest" cx={x} cy={y(each.maxSeconds)} r="3" />,
			<circle key={`average${index}`} class="average" cx={x} cy={y(each.averageSeconds)} r="4" />,
		]
	})
	const longest = Math.max(0, ...of.map(({ maxSeconds }) => maxSeconds ?? 0))
	const summary = dots.length === 0 ? 'No job ran.' : `The longest ran for ${durationText(longest * 1_000)}.`
	const axis = (seconds: number) => durationText(seconds * 1_000)
	return (
		<Figure
			title="Time that jobs ran"
			summary={summary}
			of={of}
			isByDay={isByDay}
			legend={['Average', 'Longest']}
			top={axis(highest)}
			middle={axis(highest / 2)}
		>
			{dots}
		</Figure>
	)
}

function countOf(each: JobStatistics, end: (typeof ends)[number]): number {
	return Number((each as Record<string, unknown>)[end])
}

type Drawn = Given & {
	title: string
	summary: string
	legend: readonly string[]
	top: string
	middle: string
	children: preact.ComponentChildren
}

/** A chart with its axis and its legend. */
function Figure({ title, summary, of, isByDay, legend, top, middle, children }: Drawn) {
	const width = widthOf()
	const step = (width - left) / of.length
	const every = Math.ceil(of.length / (width < 400 ? 5 : 8))
	return (
		<figure>
			<figcaption>
				<strong>{title}</strong> <span class="weak">{summary}</span>
			</figcaption>
			<svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${summary}`}>
				{[0, 0.5, 1].map((part) => {
					const y = height - bottom - part * (height - bottom - 8)
					return <line key={part} class="grid" x1={left} x2={width} y1={y} y2={y} />
				})}
				<text x={left - 6} y={12} class="axis end">
					{top}
				</text>
				<text x={left - 6} y={(height - bottom) / 2 + 8} class="axis end">
					{middle}
				</text>
				{of.map(
					(each, index) =>
						index % every === 0 && (
							<text key={each.startTime} x={left + (index + 0.5) * step} y={height - 5} class="axis middle">
								{intervalText(each, isByDay)}
							</text>
						),
				)}
				{children}
			</svg>
			<div class="legend">
				{legend.map((name) => (
					<span key={name} class={name.toLowerCase()}>
						{name}
					</span>
				))}
			</div>
		</figure>
	)
}

/** The same as the charts, to be read. */
export function StatisticsTable({ of, isByDay }: Given) {
	const seconds = (value: number | null) => (value === null ? '-' : durationText(value * 1_000))
	return (
		<Table
			label="Jobs over time, as a table"
			columns={[
				{ title: isByDay ? 'Day' : 'From', cell: (each) => intervalText(each, isByDay) },
				...ends.map((end) => ({ title: end, isNumber: true, cell: (each: JobStatistics) => countText(countOf(each, end)) })),
				{ title: 'Average', isNumber: true, cell: ({ averageSeconds }) => seconds(averageSeconds) },
				{ title: 'Longest', isNumber: true, cell: ({ maxSeconds }) => seconds(maxSeconds) },
			]}
			rows={of}
			keyOf={({ startTime }) => startTime}
			empty=""
		/>
	)
}
