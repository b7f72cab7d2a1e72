import type { IncomingMessage } from 'node:http'
import { hashToken } from '../access/token.ts'
import { WrongTokens } from '../access/wrong-tokens.ts'
import type { Refusals } from '../audit/refusals.ts'
import type { Clock } from '../clock.ts'
import type { AddressOf } from './source-address.ts'

/** The address has tried too many wrong tokens. */
export type TooMany = { kind: 'tooMany'; retryAfterSeconds: number }

/** Looks who has presented a secret, unless so many wrong ones came from the same address that nobody there is told any more. */
export type GuardSignIn = <Found extends { kind: string }>(
	request: IncomingMessage,
	presented: string,
	look: () => Promise<Found> | Found,
) => Promise<Found | TooMany>

/** What is found as `nobody` was a wrong secret. One guard is for all kinds of them: who tries some is held up with the others, too. */
export function guardSignInWith({ refusals, addressOf, clock }: { refusals: Refusals; addressOf: AddressOf; clock: Clock }): GuardSignIn {
	const wrongTokens = new WrongTokens()
	return async (request, presented, look) => {
		const address = addressOf(request) ?? 'unknown'
		const tooMany = (): TooMany | undefined => {
			const milliseconds = wrongTokens.refusedFor(address, clock.now())
			if (milliseconds === 0) return undefined
			refusals.signInFailed(address)
			return { kind: 'tooMany', retryAfterSeconds: Math.ceil(milliseconds / 1_000) }
		}
		// Once more afterwards: of thousands that are sent at once no more may be answered than of those that come one by one.
		const found = tooMany() ?? (await look())
		if (found.kind === 'tooMany') return found
		const meanwhile = tooMany()
		if (meanwhile) return meanwhile
		if (found.kind === 'nobody') {
			wrongTokens.note(address, hashToken(presented), clock.now())
			refusals.signInFailed(address)
		}
		return found
	}
}
