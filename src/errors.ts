/** Stops the start (exit code 1). Its message is one sentence for the operator: what was wrong, and what is allowed. */
export class StartError extends Error {
	override name = 'StartError'
}

/** What a zod issue says, in words that need no zod: what is mandatory and missing, or of which type it must be. */
export function issueText({ code, message, expected }: { code?: string | undefined; message: string; expected?: string }): string {
	if (code !== 'invalid_type' || !message.startsWith('Invalid input')) return message
	return message.endsWith('received undefined') ? 'is mandatory' : `must be of type ${expected}`
}

/** The store cannot take or answer now (full disk, too many waiting); what was asked did not happen and may be asked again. */
export class StoreUnavailableError extends Error {
	override name = 'StoreUnavailableError'
}

/** The disk has no room for new work. Known before it is tried, and told once in the log: a refusal is nothing to log. */
export class DiskFullError extends StoreUnavailableError {
	override name = 'DiskFullError'
	constructor() {
		super('The disk of the runner is almost full: no new jobs are taken. Try again later.')
	}
}
