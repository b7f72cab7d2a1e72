// How long endpoints took so far, kept from job to job. Pure.

/** The last durations of each endpoint, milliseconds, the newest last; the endpoint checked longest ago comes first. */
export type History = Record<string, number[]>

const SAMPLES_MAX = 20
/** Fewer say nothing yet of what is usual. */
const SAMPLES_MIN = 3
/** Of an answer within a few milliseconds the double is within the noise. */
const NOISE_MS = 50
/** What one key of a runbook's state takes is 64 KiB; the rest is room for the encoding. */
const HISTORY_LENGTH_MAX = 60_000

/** The middle of the values in order, or the mean of the two in the middle; NaN when there is none. */
export function median(values: number[]): number {
	const sorted = values.toSorted((one, other) => one - other)
	const middle = sorted.length / 2
	return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Whether a duration is more than double of what was usual lately, and not by noise. */
export function isDegrading(duration: number, before: number[] = []): boolean {
	const usual = median(before)
	return before.length >= SAMPLES_MIN && duration > 2 * usual && duration - usual > NOISE_MS
}

/** The history with further durations; what was not checked for longest goes when it gets too large. */
export function withDurations(history: History, durations: [key: string, duration: number][]): History {
	const entries = new Map(Object.entries(history))
	for (const [key, duration] of durations) {
		const samples = [...(entries.get(key) ?? []), Math.round(duration)].slice(-SAMPLES_MAX)
		entries.delete(key)
		entries.set(key, samples)
	}
	let length = [...entries].reduce((sum, [key, samples]) => sum + lengthOf(key, samples), 2)
	for (const [key, samples] of entries) {
		if (length <= HISTORY_LENGTH_MAX) break
		entries.delete(key)
		length -= lengthOf(key, samples)
	}
	return Object.fromEntries(entries)
}

/** Bytes of one entry's JSON. */
function lengthOf(key: string, samples: number[]): number {
	return Buffer.byteLength(JSON.stringify(key)) + JSON.stringify(samples).length + 2
}

/** What was kept, as far as it is a history. */
export function readHistory(kept: unknown): History {
	if (typeof kept !== 'object' || kept === null) return {}
	const entries = Object.entries(kept).filter(([, samples]) => Array.isArray(samples) && samples.every(Number.isFinite))
	return Object.fromEntries(entries) as History
}

/** Durations measured from different places are not compared. */
export function historyKey(name: string, location: string): string {
	return `${name} @ ${location}`
}
