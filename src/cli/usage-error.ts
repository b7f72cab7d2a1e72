/** What was given on the command line cannot be used: exit code 2. */
export class UsageError extends Error {
	override name = 'UsageError'
	/** What to do about it, for people. */
	readonly hint: string | undefined

	constructor(message: string, hint?: string) {
		super(message)
		this.hint = hint
	}
}
