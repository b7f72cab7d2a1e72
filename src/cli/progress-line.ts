import { harmless } from './terminal.ts'

/** What a Progress record says. */
export type Progress = { activity: string; status?: string; percentComplete?: number }

/** A progress record in words, as the API has them. */
export function progressText({ activity, status, percentComplete }: Progress): string {
	return `${activity}${status === undefined ? '' : `: ${status}`}${percentComplete === undefined ? '' : ` (${percentComplete} %)`}`
}

const BAR_LENGTH = 24

/** A progress record as one line of at most `columns` characters: `[######------------------]  25 % Copying: 5 of 20`. */
export function progressLine({ activity, status, percentComplete }: Progress, columns: number): string {
	const words = harmless(status === undefined ? activity : `${activity}: ${status}`).replace(/\s+/g, ' ')
	const line = typeof percentComplete === 'number' ? `${bar(percentComplete)} ${words}` : words
	// One less: a full line would make some terminals begin another one.
	return line.slice(0, Math.max(columns - 1, 0))
}

function bar(percentComplete: number): string {
	const percent = Math.min(100, Math.max(0, percentComplete)) || 0
	const filled = Math.round((percent / 100) * BAR_LENGTH)
	return `[${'#'.repeat(filled)}${'-'.repeat(BAR_LENGTH - filled)}] ${String(Math.round(percent)).padStart(3)} %`
}
