import type { Clock } from '../../src/clock.ts'
import type { Storage } from '../../src/storage/open-storage.ts'

/** Where a store lives: what one opening leaves there, the next one finds. */
export type StorePlace = AsyncDisposable & {
	open(settings?: { queueLimit?: number; clock?: Clock }): Promise<Storage>
	/** Another client of a store that is open, with the same settings, to race with it; the first itself where a store has but one. It ends with the place. */
	second(first: Storage): Promise<Storage>
}

/** Makes a place of its own for one test. */
export type NewStorePlace = () => Promise<StorePlace>
