/** Where the runner is, whatever path a proxy has it behind: the portal stands one level below. */
export const apiRoot = new URL('..', location.origin + location.pathname).href.replace(/\/$/, '')

/** Comes with each request of a session: pages of other sites cannot send it. */
export const withSession = { 'x-runhook-portal': '1' }

export const UNREACHABLE = 'The runner cannot be reached.'

/** A refusal in the words of the runner. */
export class RefusedError extends Error {
	override name = 'RefusedError'
	readonly status: number
	constructor(status: number, message: string) {
		super(message)
		this.status = status
	}
}

export async function refusalOf(response: Response): Promise<RefusedError> {
	const body = (await response.json().catch(() => undefined)) as { message?: string } | undefined
	return new RefusedError(response.status, body?.message ?? `The runner answered ${response.status}.`)
}
