/** The header of that name, without regard to case; undefined when it was not sent, or empty. */
export function header(headers: Record<string, string>, name: string): string | undefined {
	const wanted = name.toLowerCase()
	const value = Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1]
	return value?.trim() || undefined
}
