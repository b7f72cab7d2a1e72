import { now } from './session.ts'

const units = [
	['day', 86_400_000],
	['hour', 3_600_000],
	['minute', 60_000],
	['second', 1_000],
] as const
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' })

/** `3 minutes ago`, `in 2 days`. */
export function relativeText(time: string, at = now()): string {
	const distance = Date.parse(time) - at
	const [unit, length] = units.find(([, each]) => Math.abs(distance) >= each) ?? units[3]
	return relative.format(Math.round(distance / length), unit)
}

/** The instant in the reader's own zone. */
export function timeText(time: string): string {
	return absolute.format(new Date(time))
}

/** The time of day in the reader's own zone. */
export function clockText(time: Date): string {
	return time.toLocaleTimeString('en-GB')
}

/** `850 ms`, `3.2 s`, `4 min 05 s`, `2 h 03 min`. */
export function durationText(milliseconds: number): string {
	if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`
	if (milliseconds < 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`
	const seconds = Math.round(milliseconds / 1_000)
	if (seconds < 60) return `${seconds} s`
	const two = (value: number) => String(value).padStart(2, '0')
	if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
	return `${Math.floor(seconds / 3_600)} h ${two(Math.floor((seconds % 3_600) / 60))} min`
}

export function countText(count: number): string {
	return count.toLocaleString('en')
}

/** JSON with indents where the text is JSON, else the text. */
export function prettyText(text: string): string {
	try {
		const value: unknown = JSON.parse(text)
		return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : text
	} catch {
		return text
	}
}

/** What went wrong, for people. */
export function faultText(error: unknown): string {
	return error instanceof Error ? error.message : String(error)
}
