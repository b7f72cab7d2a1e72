import { HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX } from '../limits.ts'
import { down, type HealthCheck, up } from './health-check.ts'

/** What this folder needs of the store. Throws a StoreUnavailableError when it cannot be done. */
export type StoreProof = {
	/** Writes a text durably and resolves with what is read afterwards. */
	writeAndRead(text: string): Promise<string | undefined>
}

/** Whether the store takes and gives: a text that was never there before. */
export function storeCheck(store: StoreProof, newText: () => string): HealthCheck {
	return {
		part: 'store',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		async look() {
			const text = newText()
			const read = await store.writeAndRead(text)
			return read === text ? up() : down('What was read is not what was written.')
		},
	}
}
