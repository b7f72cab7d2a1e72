/** Stops the start (exit code 1). Its message is one sentence for the operator: what was wrong, and what is allowed. */
export class StartError extends Error {
	override name = 'StartError'
}

/** The store cannot take or answer now (full disk, too many waiting); what was asked did not happen and may be asked again. */
export class StoreUnavailableError extends Error {
	override name = 'StoreUnavailableError'
}
