// How long a job in Azure that runs is not given up, although it cannot be looked at.
import { setTimeout as wait } from 'node:timers/promises'
import { type Azure, mayPass } from 'runhook'
import { worded } from './azure-account.ts'

/** Looks in a row that may fail: some minutes of an Azure that is away. */
const FAILURES_MAX = 30

export type Patience = {
	azure: Azure
	pollSeconds: number
	/** Ends the looks and the pauses between them. */
	signal: AbortSignal
	/** Is told of each look that failed in passing. */
	tell(message: string): void
}

/** Looks until a look succeeds. Rejects with what it failed with, worded, when that does not pass; with what it is when the signal aborts. */
export async function patiently<Seen>({ azure, pollSeconds, signal, tell }: Patience, look: () => Promise<Seen>): Promise<Seen> {
	for (let failures = 1; ; failures++) {
		signal.throwIfAborted()
		try {
			return await look()
		} catch (error) {
			if (signal.aborted) throw error
			const failure = worded(azure, error)
			if (failures >= FAILURES_MAX || !mayBeSeenLater(azure, error)) throw failure
			tell(`The job in Azure could not be looked at: ${failure.message}`)
		}
		await wait(pollSeconds * 1000, undefined, { signal })
	}
}

/** Azure may not show at once what it has just taken; signing in may fail for a while, too, and a token may have come to its end. */
function mayBeSeenLater(azure: Azure, error: unknown): boolean {
	const failure = azure.failure(error)
	if (/^(CredentialUnavailable|AggregateAuthentication|Authentication\w*)Error$/.test(failure.code)) return true
	return failure.statusCode === 401 || failure.statusCode === 404 || mayPass(failure)
}
