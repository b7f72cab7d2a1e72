import { z } from 'zod'

/** The text of a whole number within bounds. */
export function wholeNumber(least: number, most: number) {
	return z
		.string()
		.regex(/^\d+$/)
		.transform(Number)
		.refine((value) => value >= least && value <= most)
}
