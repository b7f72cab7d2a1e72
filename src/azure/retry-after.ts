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
	const date = Date.parse(header('retry-after') ?? '')
	return Number.isFinite(date) ? Math.max(0, date - now) : undefined
}
