import { HEALTH_CHECK_INTERVAL, HEALTH_CHECK_TIME_MAX } from '../limits.ts'
import type { DiskRoom } from './check-disk.ts'
import { down, type HealthCheck, up } from './health-check.ts'

/** What this folder needs of the store. Throws a StoreUnavailableError when it cannot be done. */
export type StoreProof = {
	/** Writes a text durably and resolves with what is read afterwards. */
	writeAndRead(text: string): Promise<string | undefined>
}

/** Whether the store takes and gives, a text that was never there before; and takes new jobs. */
export function storeCheck(store: StoreProof, { newText, room }: { newText: () => string; room: DiskRoom }): HealthCheck {
	return {
		part: 'store',
		interval: HEALTH_CHECK_INTERVAL,
		timeMax: HEALTH_CHECK_TIME_MAX,
		async look() {
			const text = newText()
			const read = await store.writeAndRead(text)
			if (read !== text) return down('What was read is not what was written.')
			return room.state === 'full' ? down('No new jobs are taken: the disk of the data folder is almost full.') : up()
		},
	}
}
