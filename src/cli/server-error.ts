/** The server refused, or could not do what was asked. */
export class ServerError extends Error {
	override name = 'ServerError'
	readonly statusCode: number
	readonly code: string | undefined

	constructor(statusCode: number, { code, message }: { code?: string; message?: string } = {}) {
		super(message || `The server answered ${statusCode}.`)
		this.statusCode = statusCode
		this.code = code
	}
}
