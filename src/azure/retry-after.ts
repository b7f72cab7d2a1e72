/** Headers by which Azure asks to wait, the one that wins first, and their unit in milliseconds. */
const waitHeaders = [
	['retry-after-ms', 1],
	['x-ms-retry-after-ms', 1],
	['retry-after', 1000],
] as const

/**
 * How long an answer asks to wait, milliseconds; undefined when the clients would not wait for it.
 * `now` is milliseconds since 1970: Retry-After can be a date.
 */
export function retryAfter(status: number, header: (name: string) => string | undefined, now: number): number | undefined {
	if (status !== 429 && status !== 503) return undefined
	for (const [name, unit] of waitHeaders) {
		const value = header(name)
		if (value && Number.isFinite(Number(value))) return Number(value) * unit
	}
	return untilDate(header('retry-after'), now)
}

/** How long the answer to a poll asks to wait before the next one, milliseconds; undefined when it does not, or asks for nothing readable. */
export function pollWait(retryAfterHeader: string | undefined, now: number): number | undefined {
	const seconds = Number.parseInt(retryAfterHeader ?? '', 10)
	return Number.isNaN(seconds) ? untilDate(retryAfterHeader, now) : seconds * 1000
}

function untilDate(text: string | undefined, now: number): number | undefined {
	const date = Date.parse(text ?? '')
	return Number.isFinite(date) ? Math.max(0, date - now) : undefined
}
