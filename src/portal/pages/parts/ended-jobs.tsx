import type { RunbookStatistics } from '../answers.ts'
import { countText } from '../words.ts'

const ends = ['Completed', 'Stopped', 'Failed'] as const
const width = 64

/** How many jobs ended well, as a bar and in words. */
export function EndedJobs({ of }: { of: RunbookStatistics | undefined }) {
	const counts = ends.map((end) => Number((of as Record<string, unknown> | undefined)?.[end] ?? 0))
	const sum = counts.reduce((all, count) => all + count, 0)
	if (sum === 0) return <span class="weak">None</span>
	let left = 0
	return (
		<span class="ended">
			<svg viewBox={`0 0 ${width} 8`} width={width} height="8" aria-hidden="true">
				{counts.map((count, index) => {
					const size = (count / sum) * width
					left += size
					return count > 0 && <rect key={ends[index]} class={`bar ${ends[index]!.toLowerCase()}`} x={left - size} width={size} height="8" />
				})}
			</svg>
			<span>
				{rateText(counts[0]!, sum)} completed <span class="weak">of {countText(sum)}</span>
			</span>
		</span>
	)
}

/** Never all of them, nor none, by rounding alone. */
function rateText(completed: number, sum: number): string {
	const percent = (100 * completed) / sum
	return `${percent > 0 && percent < 100 ? Math.min(99, Math.max(1, Math.round(percent))) : percent} %`
}
